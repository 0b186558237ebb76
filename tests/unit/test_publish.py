"""Publishing: whole or not at all, and nothing that another could match or count."""

from __future__ import annotations

import datetime as dt
import hmac
import json
from dataclasses import replace

import duckdb
import pytest

from flows import publish as publish_module
from flows.contracts import parse_model
from flows.errors import GateFailed, MappingError, PublishError
from flows.gating.results import GateResult
from flows.gating.suites import list_marts
from flows.publish import find_unchanged, publish
from flows.release import list_releases, rollback, show, verify
from flows.releasing.manifest import hash_file
from flows.releasing.profiles import Recipient, load_recipients, settle_terms
from flows.releasing.pseudonyms import make_pseudonym
from tests.made_warehouse import (
    AS_OF,
    MadeAgreement,
    MadeProvider,
    make_providers,
    make_warehouse,
    run_sql,
)

EVERYONE = [recipient.recipient for recipient in load_recipients()]


def judged(table: str, **changes: object) -> GateResult:
    result = GateResult(
        table=table,
        expectation="expect_table_row_count_to_be_between",
        severity="critical",
        dimension="completeness",
        passed=True,
        status="passed",
        observed={"rows": 43, "unexpected": 3, "unexpected_percent": 6.98},
        expected="from 1 to any rows",
        reason="A reason.",
        guidance="What to do.",
    )
    return replace(result, **changes)


GATES = [judged(mart) for mart in list_marts()]


class Press:
    """Publishes the made warehouse, as a test would say it."""

    def __init__(self, place, keys) -> None:
        self.place, self.keys = place, keys
        self.providers = make_providers(*EVERYONE)

    def __call__(self, fingerprint: str = "f1", **changes: object):
        given = {
            "providers": self.providers,
            "run_id": "run-1",
            "as_of": AS_OF,
            "gate_results": GATES,
            "fingerprint": fingerprint,
        }
        return publish(self.place, self.keys.without_identity(), **(given | changes))

    def extract(self, recipient: str, dataset: str, columns: str = "*") -> list[tuple]:
        path = self.place.published / "current" / "extracts" / recipient
        return duckdb.sql(
            f"select {columns} from '{path / f'{dataset}.parquet'}' order by all"
        ).fetchall()

    def withheld(self, recipient: str) -> list[dict]:
        (entry,) = [
            r for r in show(self.place)["recipients"] if r["recipient"] == recipient
        ]
        return entry["withheld"]

    def query(self, sql: str) -> list[tuple]:
        path = (self.place.published / "current" / "commonground.duckdb").resolve()
        with duckdb.connect(str(path), read_only=True) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture
def press(place, keys) -> Press:
    make_warehouse(place, keys)
    return Press(place, keys)


def test_a_release_is_made_current_with_all_its_parts(press):
    release = press()

    current = press.place.published / "current"
    assert (release.release_id, release.is_new) == ("2026-06-30.1", True)
    assert str(current.readlink()) == "releases/2026-06-30.1"
    assert verify(press.place).is_whole
    files = {entry["path"]: entry for entry in release.manifest["files"]}
    assert {"commonground.duckdb", "quality/gates.json"} <= set(files)
    assert files["extracts/making_every_adult_matter/people.parquet"]["rows"] == 39
    assert not list(press.place.published.glob(".building-*"))
    assert not list(current.rglob("*.wal"))


def test_the_same_fingerprint_makes_nothing_new(press):
    first = press()

    again = press()

    assert (again.release_id, again.is_new) == (first.release_id, False)
    assert len(list_releases(press.place)) == 1


def test_an_agreement_that_ends_asks_for_a_new_release(press):
    press()
    lapsed = replace(press.providers[0].agreement, ends=dt.date(2024, 1, 1))
    press.providers[0] = replace(press.providers[0], agreement=lapsed)

    second = press()

    assert (second.release_id, second.is_new) == ("2026-06-30.2", True)
    assert "homeless_link/people.parquet" not in json.dumps(second.manifest["files"])
    assert "No provider" in press.withheld("homeless_link")[0]["why"]


def test_what_a_killed_run_was_building_is_removed(press):
    left = press.place.published / ".building-2026-06-29.1"
    (left / "extracts").mkdir(parents=True)
    (left / "extracts" / "half.parquet").write_text("half")

    press()

    assert not left.exists()


def test_a_run_killed_before_the_link_moves_leaves_the_last_release_current(
    press, monkeypatch
):
    press()
    monkeypatch.setattr(publish_module, "replace_link", _fail)

    with pytest.raises(OSError, match="killed"):
        press("f2")

    assert show(press.place)["release_id"] == "2026-06-30.1"
    monkeypatch.undo()
    assert press("f2").release_id == "2026-06-30.3"


def _fail(*_: object) -> None:
    raise OSError("killed")


def test_a_failed_gate_or_a_mart_without_one_is_not_published(press):
    failed = judged("people", passed=False, status="failed")

    with pytest.raises(GateFailed):
        press(gate_results=[*GATES, failed])
    with pytest.raises(PublishError, match=GATES[0].table):
        press(gate_results=GATES[1:])
    assert not (press.place.published / "current").is_symlink()


def test_a_warning_does_not_withhold_the_release(press):
    warning = judged("people", severity="warning", passed=False, status="failed")

    assert press(gate_results=[*GATES, warning]).is_new


def test_analysts_get_marts_with_comments_and_no_id_of_the_warehouse(press):
    ids = {
        row[0]
        for column in ("person_id", "worker_id", "episode_id")
        for row in run_sql(
            press.place, press.keys, f"select {column} from person_episodes"
        )
    }

    press()

    found = press.query("select person_id, worker_id, episode_id from person_episodes")
    assert len(found) == 60
    assert not ids & {value for row in found for value in row}
    joined = "select count(*) from person_episodes join people using (person_id)"
    assert press.query(joined) == [(60,)]
    assert press.query(
        "select comment from duckdb_tables() where table_name = 'people'"
    ) == [("One row per invented person.",)]
    assert press.query(
        "select comment from duckdb_columns() where column_name = 'age_band'"
    ) == [("Band of age.",)]


def test_the_analysts_file_says_what_it_is(press):
    press()

    ((release_id, notice, previous),) = press.query(
        "select release_id, notice, previous from meta.release"
    )
    assert (release_id, previous) == ("2026-06-30.1", None)
    assert "not rounded" in notice
    assert press.query("select count(*) from meta.gates") == [(len(GATES),)]


def test_an_id_in_a_column_of_another_name_stops_the_release(press):
    run_sql(
        press.place,
        press.keys,
        "create or replace table coverage as select * replace ((select any_value("
        "person_id) from people) as provider_name) from coverage",
    )

    with pytest.raises(PublishError, match="provider_name"):
        press()
    assert not (press.place.published / "current").exists()


def test_a_column_that_is_not_plain_stops_the_release(press):
    run_sql(press.place, press.keys, "alter table people add column many varchar[]")

    with pytest.raises(PublishError, match=r"many is VARCHAR\[\]"):
        press()


def test_machinery_columns_stay_behind(press):
    run_sql(press.place, press.keys, "alter table people add column _row_id varchar")

    press()

    assert press.query(
        "select count(*) from duckdb_columns() where starts_with(column_name, '_')"
    ) == [(0,)]


def test_each_recipient_has_pseudonyms_of_its_own(press):
    press()

    link = {row[0] for row in press.extract("homeless_link", "people", "person_id")}
    meam = {
        row[0]
        for row in press.extract("making_every_adult_matter", "people", "person_id")
    }
    analysts = {row[0] for row in press.query("select person_id from people")}
    assert link and meam
    assert not link & meam and not link & analysts and not meam & analysts


def test_pseudonyms_are_the_same_from_one_release_to_the_next(press):
    press()
    before = press.extract("homeless_link", "people", "person_id")

    press("f2")

    assert press.extract("homeless_link", "people", "person_id") == before


def test_a_recipient_sees_only_its_sector_and_only_common_people(press):
    press()

    columns = "columns(* exclude person_id)"
    rows = press.extract("homeless_link", "people", columns)
    assert set(rows) == {("35-44", "male", "white", True)}
    assert len(rows) == 39
    assert press.withheld("homeless_link") == [
        {
            "what": "rows of people",
            "why": "Fewer than ten people share everything such a row says.",
            "count": None,
            "count_status": "suppressed",
        }
    ]


def test_every_column_of_the_people_extract_is_worked_out_from_allowed_providers(
    press, monkeypatch
):
    run_sql(
        press.place,
        press.keys,
        "insert into intermediate.int_needs_recorded select person_id, 'drugs', "
        "'drugs_one', 'homelessness', date '2026-01-10' from people "
        "union all select person_id, 'drugs', 'drugs_one', 'offending', "
        "date '2026-01-10' from people",
    )
    run_sql(
        press.place,
        press.keys,
        "delete from intermediate.int_needs_recorded where sector = 'homelessness'",
    )
    columns = ("person_id", "age_band", "first_seen_year", "has_homelessness_recorded")
    body = parse_model(
        Recipient,
        PROFILE | {"datasets": {"people": columns}},
        publish_module.Path("made_body.yml"),
    )
    lasting = body.agreement.model_copy(update={"ends": dt.date(2099, 1, 1)})
    profile = body.model_copy(update={"agreement": lasting})
    monkeypatch.setattr(publish_module, "load_recipients", lambda: [profile])

    press(providers=make_providers("made_body"))

    rows = press.extract("made_body", "people", "columns(* exclude person_id)")
    assert set(rows) == {("35-44", 2024, False)}


def test_a_pseudonym_is_the_keyed_hash_of_the_id_and_of_nothing_else():
    key, person = b"k" * 32, "00000000-0000-0000-0000-000000000001"

    made = make_pseudonym(key, person)

    expected = hmac.new(key, person.encode(), "sha256").hexdigest()[:32]
    assert made.replace("-", "") == expected
    assert make_pseudonym(b"j" * 32, person) != made


def test_people_whom_no_allowed_provider_knows_are_not_in_the_extract(press):
    press()

    assert len(press.extract("collective_voice", "people")) == 19
    assert press.extract("mind", "people") == []


def test_a_provider_that_does_not_name_the_recipient_adds_nothing(press):
    run_sql(
        press.place,
        press.keys,
        "update intermediate.int_person_records set provider = 'other' where "
        "sector = 'homelessness' and person_id in (select person_id from people "
        "order by person_id limit 20)",
    )
    closed = MadeAgreement(recipients=())
    press.providers.append(MadeProvider("other", "homelessness", agreement=closed))

    press()

    assert len(press.extract("homeless_link", "people")) < 21
    path = press.place.published / "current" / "extracts" / "homeless_link"
    assert not (path / "need_overlaps.parquet").exists()
    assert "homelessness" in press.withheld("homeless_link")[-1]["why"]


def test_overlaps_are_rounded_and_totals_are_sums_of_what_is_shown(press):
    press()

    overlaps = dict(
        press.extract(
            "making_every_adult_matter",
            "need_overlaps",
            "needs_combination, (people_count, status_type)",
        )
    )
    assert len(overlaps) == 15
    assert overlaps["homelessness"] == (20, "published")
    assert overlaps["homelessness+offending"] == (None, "suppressed")
    assert overlaps["mental_health"] == (0, "published")
    single = press.extract(
        "homeless_link", "need_overlaps", "needs_combination, people_count"
    )
    assert single == [("homelessness", 40)]


def test_a_figure_whose_sector_sent_nothing_is_not_available(press):
    run_sql(
        press.place,
        press.keys,
        "update need_overlaps set status_type = 'not_available', people_count = null "
        "where has_mental_health",
    )

    press()

    columns = "people_count, status_type"
    assert press.extract("mind", "need_overlaps", columns) == [(None, "not_available")]
    assert press.extract("homeless_link", "need_overlaps", columns) == [
        (40, "published")
    ]


def test_coverage_names_only_providers_that_may_feed_the_recipient(press):
    press()

    columns = "provider, rows_received_count, rows_quarantined_count"
    assert press.extract("clinks", "coverage", columns) == [("offending_one", 45, None)]
    assert len(press.extract("making_every_adult_matter", "coverage")) == 4


def test_gates_leave_with_protected_counts(press):
    press()

    text = (press.place.published / "current" / "quality" / "gates.json").read_text()
    first = json.loads(text)[0]
    assert first["observed"] == {
        "rows": {"value": 45, "status": "published"},
        "unexpected": {"value": None, "status": "suppressed"},
    }


def test_the_manifest_chains_releases_and_says_how_they_were_made(press):
    press()
    first = press.place.published / "releases" / "2026-06-30.1" / "manifest.json"
    noted = hash_file(first)

    manifest = press("f2").manifest

    assert manifest["previous"] == {
        "release_id": "2026-06-30.1",
        "manifest_sha256": noted,
    }
    assert manifest["tables"]["people"] == 40
    assert {"duckdb", "python", "splink"} <= set(manifest["libraries"])
    first.write_text(first.read_text().replace("run-1", "run-2"))
    assert verify(press.place, "2026-06-30.1").changed == ("manifest.json",)


def test_verify_names_what_is_missing_added_and_changed(press):
    folder = press().folder
    (folder / "quality" / "gates.json").write_text("[]")
    (folder / "extracts" / "clinks" / "coverage.parquet").unlink()
    (folder / "extra.csv").write_text("a")

    found = verify(press.place)

    assert found.changed == ("quality/gates.json",)
    assert found.missing == ("extracts/clinks/coverage.parquet",)
    assert found.extra == ("extra.csv",)
    assert not found.is_whole


def test_roll_back_goes_to_the_release_before_or_to_the_one_named(press):
    press()
    press("f2")

    assert rollback(press.place).release_id == "2026-06-30.1"
    assert show(press.place)["release_id"] == "2026-06-30.1"
    assert rollback(press.place, "2026-06-30.2").release_id == "2026-06-30.2"
    with pytest.raises(
        PublishError, match=r"no release '2020-01-01\.1'.*2026-06-30\.1"
    ):
        rollback(press.place, "2020-01-01.1")


def test_what_was_rolled_back_from_is_not_made_again_until_something_changes(press):
    press()
    press("f2")
    rollback(press.place)

    held = find_unchanged(press.place, press.providers, "f2")
    changed = find_unchanged(press.place, press.providers, "f3")

    assert held is not None
    assert held.release_id == "2026-06-30.1"
    assert changed is None


def test_roll_back_refuses_a_first_release_none_at_all_and_a_damaged_one(press):
    with pytest.raises(PublishError, match="Nothing has been published"):
        rollback(press.place)
    folder = press().folder
    with pytest.raises(PublishError, match="is the first"):
        rollback(press.place)
    press("f2")
    (folder / "quality" / "gates.json").unlink()
    with pytest.raises(PublishError, match="missing"):
        rollback(press.place)
    assert show(press.place)["release_id"] == "2026-06-30.2"


def test_a_manifest_that_cannot_be_read_is_named(press):
    (press().folder / "manifest.json").write_text("{")

    with pytest.raises(PublishError, match=r"manifest of release 2026-06-30\.1"):
        show(press.place)


def test_a_lapsed_recipient_agreement_withholds_its_extract(press, monkeypatch):
    profiles = load_recipients()
    lapsed = profiles[0].agreement.model_copy(update={"ends": dt.date(2025, 2, 1)})
    profiles[0] = profiles[0].model_copy(update={"agreement": lapsed})
    monkeypatch.setattr(publish_module, "load_recipients", lambda: profiles)

    release = press()

    name = profiles[0].recipient
    assert not (release.folder / "extracts" / name).exists()
    assert "not in force" in press.withheld(name)[0]["why"]


PROFILE = {
    "recipient": "made_body",
    "name": "A made body",
    "agreement": {"id": "RSA-T", "starts": "2025-01-01", "ends": "2025-12-31"},
    "purpose": "Count how many people are in two services at once.",
    "sectors": ["homelessness"],
    "datasets": {"people": ["person_id", "has_homelessness_recorded"]},
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sectors": ["homelessness", "offending"]}, "go together"),
        ({"datasets": {"people": ["person_id", "area_code"]}}, "no column"),
        ({"datasets": {"people": ["has_offending_recorded"]}}, "not allowed"),
        ({"datasets": {"person_timeline": ["words"]}}, "person_timeline"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_a_profile_that_asks_for_more_than_it_may_is_refused(tmp_path, change, words):
    with pytest.raises(MappingError, match=words):
        parse_model(Recipient, PROFILE | change, tmp_path / "made_body.yml")


def test_a_profile_is_named_after_its_recipient(tmp_path):
    (tmp_path / "another.yml").write_text(json.dumps(PROFILE))

    with pytest.raises(MappingError, match="made_body"):
        load_recipients(tmp_path)


def test_a_sector_is_open_only_when_all_its_providers_name_the_recipient():
    recipient = parse_model(Recipient, PROFILE, publish_module.Path("made_body.yml"))
    naming = MadeAgreement(recipients=("made_body",))
    one = MadeProvider("one", "homelessness", agreement=naming)
    other = MadeProvider("other", "homelessness")
    drugs = MadeProvider("drugs", "drugs", agreement=naming)

    both = settle_terms(recipient, [one, other, drugs], dt.date(2025, 6, 1))
    alone = settle_terms(recipient, [one, drugs], dt.date(2026, 1, 1))

    assert (both.providers, both.open_sectors, both.in_force) == (("one",), (), True)
    assert (alone.open_sectors, alone.in_force) == (("homelessness",), False)
