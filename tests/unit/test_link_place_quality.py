"""A place is judged without labels, by subgroup; charts show levels and no names."""

from __future__ import annotations

import json
import re

import duckdb
import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.decisions import decide
from flows.errors import LinkageError, RunInProgress
from flows.judging.charts import draw_charts
from flows.judging.place import judge_place
from flows.judging.report import report_place
from flows.link import link
from flows.locks import writer_lock
from tests.linkage_records import NOW, fill_vault, spell_id

ANNA = {
    "forename": "Ottolina", "surname": "Sprocket", "birth_date": "1984-03-09",
    "nhs_number": "9990000018", "postcode": "QX1 2AB",
}  # fmt: skip
BELA = {"forename": "Ferrolander", "surname": "Gribbet", "birth_date": "1971-10-30"}
SECRETS = ("ottolina", "sprocket", "ferrolander", "gribbet", "1984", "9990000018")


def rows():
    council = "fernshire_council"
    return [
        {"record": "a1", **ANNA, "sex_type": "female", "provider": council},
        {"record": "a2", **ANNA, "forename": "Ottolina", "provider": "hmp_larkmoor"},
        # Her number, and nothing else of hers: it stands in two people.
        {
            "record": "b1", **BELA, "nhs_number": "9990000018",
            "provider": "hmp_larkmoor",
        },
        {"record": "b2", **BELA, "provider": council},
        {"record": "c1", "forename": "Zephyrine", "provider": council},
        {"record": "d1", "provider": council},
    ]  # fmt: skip


@pytest.fixture
def linked(place, keys):
    fill_vault(place, keys, rows())
    link(place, keys, "run-1", NOW)
    return place


def figures(place, keys):
    judged = judge_place(place, keys)
    return {(f.figure, f.subgroup): (f.found, f.counted) for f in judged.figures}


def test_the_share_known_to_others_and_what_cannot_be_linked_are_told(linked, keys):
    told = figures(linked, keys)

    assert told["linked", "all"] == (4, 6)
    assert told["linked", "provider: fernshire_council"] == (2, 4)
    assert told["linked", "no date of birth"] == (0, 2)
    # A forename alone brings nobody together, and of d1 nothing is known.
    assert told["unlinkable", "all"] == (2, 6)
    assert told["unlinkable", "evidence: nothing known"] == (1, 1)
    assert told["unlinkable", "sex: female"] == (0, 1)


def test_records_of_one_nhs_number_that_differ_are_counted(linked, keys):
    told = figures(linked, keys)

    # a1-a2, a1-b1 and a2-b1 share a number; b1 differs from both in everything.
    assert told["nhs_surname", "all"] == (2, 3)
    assert told["nhs_birth_date", "all"] == (2, 3)
    assert told["nhs_apart", "all"] == (2, 3)
    assert told["nhs_apart", "providers: hmp_larkmoor + hmp_larkmoor"] == (1, 1)
    assert told["nhs_apart", "sex: female"] == (1, 2)
    assert told["number_apart", "all"] == (1, 1)


def test_people_of_two_guarded_numbers_are_in_conflict(place, keys):
    other = {**ANNA, "nhs_number": "9990000026", "crn": "X100001"}
    mine = {**ANNA, "crn": "X100001"}
    fill_vault(place, keys, [{"record": "a1", **mine}, {"record": "a2", **other}])
    link(place, keys, "run-1", NOW)
    assert figures(place, keys)["number_conflict", "all"] == (0, 2)

    why = "both files were seen side by side"
    decide(place, keys, spell_id("a1"), spell_id("a2"), "link", why, "Ann")
    link(place, keys, "run-2", NOW)

    assert figures(place, keys)["number_conflict", "all"] == (1, 1)


def test_people_shared_by_two_providers_are_counted_of_each(linked, keys):
    (shared,) = judge_place(linked, keys).shared

    assert (shared.first, shared.second) == ("fernshire_council", "hmp_larkmoor")
    assert (shared.both, shared.of_first, shared.of_second) == (2, 4, 2)


def test_ids_that_changed_are_told_from_the_second_run_on(place, keys):
    council = {"provider": "fernshire_council"}
    stay = [{"record": "a1", **ANNA}, {"record": "a2", **ANNA}, {"record": "d1"}]
    fill_vault(place, keys, [*stay, {"record": "b1", **BELA, **council}])
    link(place, keys, "run-1", NOW)
    assert judge_place(place, keys).changes is None
    assert ("id_changed", "all") not in figures(place, keys)

    # A correction: the fourth record is hers, too.
    fill_vault(place, keys, [*stay, {"record": "b1", **ANNA, **council}])
    link(place, keys, "run-2", NOW)

    assert judge_place(place, keys).changes == {"merge": 1}
    assert figures(place, keys)["id_changed", "all"] == (1, 2)
    assert figures(place, keys)["id_changed", "no date of birth"] == (0, 1)


def test_precision_is_told_of_links_drawn_at_random_and_by_subgroup(place, keys):
    # Twenty people of two records; each link is judged once, one is wrong.
    made = [
        {
            "record": f"{side}{n:02}", "forename": f"Zz{'abcdefghijklmnopqrst'[n]}um",
            "surname": f"Dwindop{'abcdefghijklmnopqrst'[n]}", "sex_type": sex,
            "birth_date": f"19{50 + n}-02-0{1 + n % 9}", "postcode": f"QX1 {n % 9}AB",
            "provider": provider,
        }
        for n in range(20)
        for side, provider in (("a", "fernshire_council"), ("b", "hmp_larkmoor"))
        for sex in ["male" if n < 10 else "female"]
    ]  # fmt: skip
    fill_vault(place, keys, made)
    link(place, keys, "run-1", NOW)
    for n in range(20):
        verdict = "unlink" if n == 0 else "link"
        a, b = spell_id(f"a{n:02}"), spell_id(f"b{n:02}")
        decide(place, keys, a, b, verdict, "as drawn", "Ann", source="sample")

    precision = judge_place(place, keys).precision

    whole = precision["all"]
    assert (whole.linked, whole.right, whole.wrong, whole.share) == (20, 19, 1, 0.95)
    # Wilson (1927): 19 of 20.
    assert (whole.low, whole.high) == (
        pytest.approx(0.7639, abs=1e-4),
        pytest.approx(0.9911, abs=1e-4),
    )
    assert precision["providers: fernshire_council + hmp_larkmoor"] == whole
    male = precision["sex: male"]
    assert (male.right, male.wrong, male.share) == (9, 1, None)


def test_an_invented_place_is_also_judged_against_its_truth(linked, keys):
    linked.truth.mkdir()
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            copy (select * from (values
                ('fernshire_council', 'key a1', 1, false),
                ('hmp_larkmoor', 'key a2', 1, false),
                ('hmp_larkmoor', 'key b1', 2, false),
                ('fernshire_council', 'key b2', 2, false),
                ('fernshire_council', 'key d1', 2, true)
            ) t(provider, source_key, true_person_id, is_deleted))
            to '{linked.truth}/records.parquet';
            copy (select 1 as true_person_id, -1 as twin_of, 0 as name_group,
                'female' as sex, 'A' as ethnicity union all select 2, 1, 0, null, 'M')
            to '{linked.truth}/people.parquet';
            """
        )

    invented = judge_place(linked, keys).invented

    assert invented is not None
    assert (invented.quality.records, invented.quality.f1) == (4, 1.0)
    assert (invented.twins.pairs, invented.twins.merged) == (1, 0)
    assert "ethnicity: Black" in {group.subgroup for group in invented.subgroups}


def test_the_command_tells_what_is_not_available(linked):
    result = CliRunner().invoke(
        app, ["link", "evaluate", "--data", str(linked.root)], env={"COLUMNS": "80"}
    )

    assert result.exit_code == 0
    words = " ".join(result.output.split())
    assert "By ethnicity: not_available" in words
    assert "Ids that changed: not_available" in words
    assert "no answer on links drawn at random yet" in words
    assert max(map(len, result.output.splitlines())) <= 80
    assert not [secret for secret in SECRETS if secret in words.lower()]


def test_a_file_outside_the_data_folder_holds_no_count_below_ten(
    linked, keys, tmp_path
):
    inside, outside = linked.root / "quality.json", tmp_path / "quality.json"
    for path in (inside, outside):
        words = ["link", "evaluate", "--data", str(linked.root), "--json", str(path)]
        assert CliRunner().invoke(app, words).exit_code == 0

    exact, shown = (json.loads(path.read_text()) for path in (inside, outside))

    assert (exact["records"], exact["counts"]) == (6, "exact")
    assert re.findall(r": [1-9]\b", outside.read_text()) == []
    assert shown["records"] is None
    assert {f["status"] for f in shown["figures"] if f["found"] is None} == {
        "suppressed"
    }
    for text in (inside.read_text(), outside.read_text()):
        assert not [secret for secret in SECRETS if secret in text.lower()]


def test_where_others_read_counts_are_rounded_inside_the_data_folder_too(linked):
    path = linked.published / "quality.json"
    words = ["link", "evaluate", "--data", str(linked.root), "--json", str(path)]

    assert CliRunner().invoke(app, words).exit_code == 0
    assert json.loads(path.read_text())["records"] is None


def test_a_share_is_of_the_figures_shown(linked, keys):
    judged = judge_place(linked, keys)
    figure = judged.figures[0]
    object.__setattr__(figure, "found", 33)
    object.__setattr__(figure, "counted", 98)

    shown = report_place(judged, exact=False)["figures"][0]

    assert (shown["found"], shown["counted"], shown["share"]) == (35, 100, 0.35)


def test_nothing_is_told_while_a_run_is_under_way(linked, keys):
    with writer_lock(linked), pytest.raises(RunInProgress):
        judge_place(linked, keys)


def test_a_place_where_nobody_was_linked_says_so(place, keys):
    with pytest.raises(LinkageError, match="Nobody was linked yet"):
        judge_place(place, keys)
    with pytest.raises(LinkageError, match="Nobody was linked yet"):
        draw_charts(place, keys)


def test_charts_stand_alone_and_hold_no_value_of_a_record(linked, keys):
    paths = draw_charts(linked, keys)

    assert [path.stem for path in paths] == [
        "match_weights", "parameters", "waterfall", "people",
    ]  # fmt: skip
    for path in paths:
        page = path.read_text()
        assert path.parent == linked.charts
        assert path.stat().st_mode & 0o077 == 0
        assert "default-src 'none'" in page.split("</head>")[0]
        assert not re.search(r"(?:src|href)\s*=\s*[\"']?https?:", page)
        told = page.split("vegaEmbed(document")[-1].lower()
        assert not [secret for secret in SECRETS if secret in told]


def test_the_waterfall_shows_levels_and_the_ring_shows_edges(linked, keys):
    pages = {path.stem: path.read_text() for path in draw_charts(linked, keys)}

    assert '"label_for_charts": "exact"' in pages["waterfall"]
    assert pages["people"].count("<section>") == 2
    assert "2 records: ok" in pages["people"]
    assert spell_id("a1") in pages["people"]
    assert pages["people"].count('class="heavy"') == 2


def test_charts_are_never_written_where_others_read(linked, keys, tmp_path):
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    shared.chmod(0o755)
    release = linked.published / "releases" / "r1" / "extracts" / "someone"
    release.mkdir(parents=True)
    (linked.published / "current").symlink_to("releases/r1")
    recipient = linked.published / "current" / "extracts" / "someone"

    for folder in (recipient, linked.outbox / "hmp_larkmoor", linked.landing):
        with pytest.raises(LinkageError, match="where others read"):
            draw_charts(linked, keys, folder)
    with pytest.raises(LinkageError, match="Others can read"):
        draw_charts(linked, keys, shared)
    with pytest.raises(LinkageError, match="part of a release"):
        draw_charts(linked, keys, tmp_path / "extracts" / "someone")
    assert not list(tmp_path.rglob("*.html"))


def test_charts_go_to_a_folder_of_ones_own(linked, tmp_path):
    mine = tmp_path / "mine"
    words = ["link", "charts", "--data", str(linked.root), "--out", str(mine)]

    assert CliRunner().invoke(app, words).exit_code == 0
    assert len(list(mine.glob("*.html"))) == 4
    assert mine.stat().st_mode & 0o077 == 0
