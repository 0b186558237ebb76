"""The whole road over an invented place of 300 people."""

from __future__ import annotations

import json
import shutil
from collections import Counter

import duckdb

from tests.functional.conftest import copy_place, new_place, read_events, run_command

MARTS = (
    "people", "person_episodes", "person_timeline", "need_overlaps", "coverage",
    "hidden_population",
)  # fmt: skip


def exports(place) -> list[dict]:
    return [e for e in read_events(place) if e["event"] == "export.landed"]


def test_every_provider_lands_and_rows_balance(finished):
    landed = exports(finished)

    assert len({e["provider"] for e in landed}) == 8
    for export in landed:
        parts = export["landed"] + export["quarantined"] + export["unchanged"]
        assert export["rows_in"] == parts
        assert export["rows_in"] > 0
    assert sum(e["quarantined"] for e in landed) > 0
    assert not [p for p in finished.landing.rglob("*") if p.is_file()]


def test_the_summary_says_what_came_in_who_was_linked_what_passed_and_where(finished):
    said = (finished.root / "first_run.txt").read_text()

    for words in (
        "What came in",
        "millbrook_recovery",
        "Quarantined",
        "quarantined for not a date",
        "known to more than one provider",
        "expectations on",
        "Release 2026-06-30.1 (new)",
    ):
        assert words in said, words


def test_people_are_linked_across_sectors_and_the_views_agree(ask):
    (people,) = ask("select count(*), count(distinct person_id) from people")
    (several,) = ask("select count(*) from people where sectors_ever_count > 1")
    (episodes,) = ask(
        "select count(*) from person_episodes where person_id not in (from people select person_id)"
    )

    assert people[0] == people[1]
    # 300 people were invented; links that are missed make a few more of them.
    assert 280 <= int(people[0]) <= 420
    assert int(several[0]) > 50
    assert episodes == ["0"]


def test_who_is_linked_is_nearly_always_right(finished, landing):
    """Against the truth, which only a test may read."""
    links = duckdb.connect()
    links.execute(
        f"create table linked as from '{finished.linked}/current/person_links.parquet'"
    )
    truth = landing / "truth" / "records.parquet"
    from flows.keys import load_keys
    from flows.vault import open_vault

    with open_vault(finished, load_keys(finished), read_only=True) as vault:
        keys = vault.execute(
            "select provider, source_key, id::varchar as id from vault.keys where kind = 'record'"
        ).to_arrow_table()
    links.register("keys", keys)
    (wrong, right) = links.execute(
        f"""
        with known as (
            select linked.person_id, truth.true_person_id, linked.record_id
            from linked
            join keys on keys.id = linked.record_id
            join '{truth}' as truth using (provider, source_key)
        )
        select
            count(*) filter (a.true_person_id <> b.true_person_id),
            count(*) filter (a.true_person_id = b.true_person_id)
        from known as a join known as b
            on a.person_id = b.person_id and a.record_id < b.record_id
        """
    ).fetchone()

    assert right > 150
    assert wrong / (wrong + right) < 0.03


def test_the_release_holds_the_marts_with_comments_and_no_identifier(finished):
    path = (finished.published / "current" / "commonground.duckdb").resolve()
    with duckdb.connect(str(path), read_only=True) as release:
        tables = release.execute(
            "select table_name, comment from duckdb_tables() where schema_name = 'main'"
        ).fetchall()
        uncommented = release.execute(
            "select table_name, column_name from duckdb_columns() "
            "where table_name in (select table_name from duckdb_tables()) "
            "and schema_name = 'main' and not internal and comment is null"
        ).fetchall()

    assert {name for name, _ in tables} == set(MARTS)
    assert all(comment.startswith("One row per ") for _, comment in tables)
    assert uncommented == []


def test_the_extracts_have_no_small_count_and_no_shared_pseudonym(finished):
    folder = finished.published / "current" / "extracts"
    counts = duckdb.sql(
        f"select people_count, status_type from '{folder}/*/need_overlaps.parquet'"
    ).fetchall()

    assert len(list(folder.iterdir())) == 5
    assert any(status == "suppressed" for _, status in counts)
    for count, status in counts:
        assert (count is None) == (status != "published")
        assert count is None or count == 0 or (count >= 8 and count % 5 == 0)
    ids = [
        person
        for path in folder.glob("*/people.parquet")
        for (person,) in duckdb.sql(f"select person_id from '{path}'").fetchall()
    ]
    assert len(ids) == len(set(ids))


def test_the_manifest_hashes_every_file_and_verify_finds_a_changed_one(
    finished, tmp_path
):
    run_command("release", "verify", "--data", finished.root)
    place = copy_place(finished, tmp_path / "copy")
    victim = next((place.published / "current").resolve().rglob("coverage.parquet"))
    victim.write_bytes(victim.read_bytes() + b"x")

    done = run_command("release", "verify", "--data", place.root, code=8)

    assert f"changed: {victim.relative_to(victim.parents[2])}" in done.stdout


def test_again_with_nothing_new_changes_nothing(finished, tmp_path):
    place = copy_place(finished, tmp_path / "copy")
    links = (place.linked / "current").resolve() / "person_links.parquet"
    before = links.read_bytes()

    done = run_command("run", "--data", place.root)

    assert "Release 2026-06-30.1 (unchanged)" in done.stdout
    assert len(list((place.published / "releases").iterdir())) == 1
    assert (
        (place.linked / "current").resolve() / "person_links.parquet"
    ).read_bytes() == before
    events = read_events(place)
    skipped = [e["stage"] for e in events if e["event"] == "stage.skipped"]
    assert skipped == ["link", "transform", "gate", "publish"]
    started = [e for e in events if e["event"] == "stage.started"]
    assert len({e["run_id"] for e in started}) == 1


def test_the_same_files_again_land_nothing_and_make_no_release(
    finished, landing, tmp_path
):
    place = copy_place(finished, tmp_path / "copy")
    shutil.copytree(landing / "landing", place.landing, dirs_exist_ok=True)

    run_command("run", "--data", place.root)

    events = Counter(e["event"] for e in read_events(place))
    assert events["export.duplicate"] == events["export.received"]
    assert len(list((place.published / "releases").iterdir())) == 1


def test_the_stages_after_link_run_without_the_vault_and_its_key(finished, tmp_path):
    from flows.keys import load_keys

    place = copy_place(finished, tmp_path / "copy")
    facts = load_keys(place).facts.hex()
    before = json.loads((place.published / "current" / "manifest.json").read_text())
    place.vault.unlink()
    place.demo_key.unlink()
    shutil.rmtree(place.received)
    shutil.rmtree(place.published)
    place.warehouse.unlink()

    refused = run_command(
        "run", "--data", place.root, code=3, COMMONGROUND_FACTS_KEY=facts
    )
    run_command(
        "run", "--from", "transform", "--data", place.root, COMMONGROUND_FACTS_KEY=facts
    )

    assert "--from transform" in refused.stderr
    after = json.loads((place.published / "current" / "manifest.json").read_text())
    assert after["fingerprint"] == before["fingerprint"]
    rows = {f["path"]: f["rows"] for f in before["files"]}
    assert {f["path"]: f["rows"] for f in after["files"]} == rows
    assert not place.vault.exists()


def test_without_a_key_nothing_starts(tmp_path, landing):
    place = new_place(tmp_path / "data")
    place.demo_key.unlink()
    shutil.copytree(landing / "landing", place.landing, dirs_exist_ok=True)

    done = run_command("run", "--data", place.root, code=3)

    assert "COMMONGROUND_KEY" in done.stderr
    assert "Traceback" not in done.stderr
    assert not place.vault.exists()


def test_rolling_back_and_questions_to_a_release(finished, tmp_path):
    place = copy_place(finished, tmp_path / "copy")

    only = run_command("release", "rollback", "--data", place.root, code=8)
    asked = run_command("query", "from nowhere", "--data", place.root, code=10)
    outside = run_command(
        "query", "from read_text('/etc/hostname')", "--data", place.root, code=10
    )
    listed = run_command("release", "list", "--data", place.root)
    shown = run_command("release", "show", "--data", place.root)

    assert "first" in only.stderr
    assert "show tables" in asked.stderr
    assert "Traceback" not in asked.stderr + outside.stderr + only.stderr
    assert "current" in listed.stdout
    assert "Making Every Adult Matter" in shown.stdout
