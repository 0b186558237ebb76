"""Links of a table are judged by a truth somebody brings, and by other links."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.errors import LinkageError
from flows.judging.compare import Compared, compare_links, find_last_runs
from flows.judging.measures import measure_clusters
from flows.judging.subgroups import measure_subgroups
from flows.judging.tables import Truth, judge_links
from flows.judging.weights import best_weight
from flows.link import link
from tests.linkage_records import NOW, fill_vault


def save(path: Path, headings: str, *rows: str) -> Path:
    """Write a CSV of rows told as 'a1 p fern'; a dash is an empty cell."""
    lines = [headings.replace(" ", ","), *(row.replace(" ", ",") for row in rows)]
    path.write_text("\n".join(lines).replace("-", "") + "\n", encoding="utf-8")
    return path


@pytest.fixture
def links(tmp_path: Path) -> Path:
    # Found: a1 a2 b1 and b2.
    return save(
        tmp_path / "links.csv", "source record_id person_id",
        "x a1 a1", "x a2 a1", "x b1 a1", "x b2 b2",
    )  # fmt: skip


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    # True: a1 a2 and b1 b2. Right: a1-a2 of a1-a2, a1-b1, a2-b1.
    return save(
        tmp_path / "truth.csv", "unique_id cluster sex",
        "a1 1 fern", "a2 1 fern", "b1 2 moss", "b2 2 -",
    )  # fmt: skip


def run(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["link", *map(str, words)])
    return result.exit_code, " ".join(result.output.split())


def test_pairs_and_b_cubed_are_told_of_a_table(links, truth):
    judged = judge_links(links, Truth(truth))

    quality = judged.quality
    assert (quality.records, quality.left_out) == (4, 0)
    assert (quality.found_pairs, quality.true_pairs, quality.right_pairs) == (3, 2, 1)
    assert (quality.precision, quality.recall) == (pytest.approx(1 / 3), 0.5)
    # Of those put with each record: a1 and a2 2 of 3, b1 1 of 3, b2 alone.
    assert quality.b3_precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
    assert judged.taken == [
        "unique_id as the record's id",
        "cluster as the person's",
    ]


def test_a_subgroup_is_judged_by_the_pairs_that_one_of_its_records_is_in(links, truth):
    judged = judge_links(links, Truth(truth, by=("Sex",)))

    groups = {one.subgroup: one for one in judged.subgroups}
    assert list(groups) == ["sex: fern", "sex: moss", "sex: not recorded"]
    fern, moss, rest = groups.values()
    # Fern: found a1-a2, a1-b1, a2-b1; true a1-a2. Moss: found two, none of them right.
    assert (fern.found_pairs, fern.true_pairs, fern.right_pairs) == (3, 1, 1)
    assert (moss.found_pairs, moss.true_pairs, moss.right_pairs) == (2, 1, 0)
    assert (rest.found_pairs, rest.true_pairs, rest.right_pairs) == (0, 1, 0)
    assert (fern.records, fern.b3_precision) == (2, pytest.approx(2 / 3))


def test_a_subgroup_of_everybody_is_everybody(tmp_path):
    with duckdb.connect() as connection:
        connection.execute(
            """
            create table found as select i as record, (i // 3)::int as label
            from range(60) t(i);
            create table truth as select i as record, (i * 7 % 23) as label
            from range(60) t(i);
            create table subgroups as select record, 'all' as subgroup from found;
            """
        )
        whole = measure_clusters(connection, "found", "truth")
        (part,) = measure_subgroups(connection, "found", "truth", "subgroups")
        (inner,) = measure_subgroups(
            connection, "found", "truth", "subgroups", both=True
        )

    shared = set(vars(part)) & set(vars(whole))
    assert {n: getattr(part, n) for n in shared} == {
        n: pytest.approx(getattr(whole, n)) for n in shared
    }
    assert inner == part


def test_pairs_are_judged_from_each_match_weight_on(links, truth, tmp_path):
    edges = save(
        tmp_path / "edges.csv",
        "source_l record_id_l source_r record_id_r match_weight",
        "x a1 x a2 6.5", "x a1 x b1 3.2", "x b1 x b2 3.9", "x a1 x stranger 9",
    )  # fmt: skip

    swept = judge_links(links, Truth(truth), edges).weights

    assert [(s.weight, s.pairs, s.right) for s in swept] == [
        (3, 3, 2), (4, 1, 1), (5, 1, 1), (6, 1, 1),
    ]  # fmt: skip
    assert (swept[0].precision, swept[0].recall) == (pytest.approx(2 / 3), 1.0)
    assert best_weight(swept) == swept[0]


def test_records_that_one_side_does_not_name_are_left_out_and_counted(links, tmp_path):
    truth = save(
        tmp_path / "t.csv", "record_id person_id", "a1 1", "a2 1", "z9 1", "b1 -"
    )

    judged = judge_links(links, Truth(truth))

    assert (judged.quality.records, judged.quality.left_out) == (2, 3)
    assert judged.remarks == [
        "1 rows of the truth name no record or no person: left out."
    ]


def test_where_ids_repeat_a_record_is_known_by_its_source_too(tmp_path):
    links = save(
        tmp_path / "l.csv", "source record_id person_id",
        "x 1 x:1", "y 1 x:1", "y 2 y:2",
    )  # fmt: skip
    truth = save(tmp_path / "t.csv", "dataset id cluster", "x 1 p", "y 1 p", "y 2 p")
    nameless = save(tmp_path / "n.csv", "id cluster", "1 p", "2 p")

    judged = judge_links(links, Truth(truth))

    assert (judged.quality.true_pairs, judged.quality.right_pairs) == (3, 1)
    assert judged.taken[-1] == "dataset as where it is from"
    with pytest.raises(LinkageError, match="must say in a column where each record"):
        judge_links(links, Truth(nameless))


def test_of_two_columns_the_one_that_names_records_is_the_id(links, tmp_path):
    truth = save(
        tmp_path / "t.csv", "id record_id cluster", "1 a1 p", "2 a2 p", "3 b1 q"
    )

    assert judge_links(links, Truth(truth)).taken[0] == "record_id as the record's id"


@pytest.mark.parametrize(
    ("headings", "row", "options", "words"),
    [
        ("id cluster person_id", "a1 1 1", {}, "--person cluster"),
        ("id uid cluster", "a1 a1 1", {}, "--record id"),
        ("id whose", "a1 1", {}, "Say which it is with --person"),
        ("key cluster", "a1 1", {}, "Say which it is with --record"),
        ("id cluster", "a1 1", {"person": "whose"}, "no column 'whose'"),
        ("id cluster", "a1 1", {"by": ("sex",)}, "'sex', which --by names"),
        ("id cluster", "q7 1", {}, "none in common"),
    ],
)
def test_what_is_not_clear_is_refused_and_the_words_say_what_to_write(
    links, tmp_path, headings, row, options, words
):
    truth = save(tmp_path / "t.csv", headings, row)

    with pytest.raises(LinkageError, match=words):
        judge_links(links, Truth(truth, **options))


def test_a_column_of_too_many_values_is_no_subgroup(tmp_path):
    rows = [f"r{n} {n} v{n}" for n in range(51)]
    links = save(tmp_path / "l.csv", "record_id person_id", *(r[:-4] for r in rows))
    truth = save(tmp_path / "t.csv", "record_id cluster town", *rows)

    with pytest.raises(LinkageError, match="town has 51 different values"):
        judge_links(links, Truth(truth, by=("town",)))


def test_the_command_shows_and_writes_and_keeps_small_subgroups_back(
    links, truth, tmp_path
):
    report = tmp_path / "report.json"

    code, words = run(
        "evaluate", links, "--truth", truth, "--by", "sex", "--json", report
    )
    again, refused = run("evaluate", links, "--truth", truth, "--json", report)

    assert (code, again) == (0, 7)
    assert "F1 of pairs │ 0.4000" in words
    assert "sex: fern" in words
    assert "--replace" in refused
    told = json.loads(report.read_text())
    assert (told["f1"], told["found_pairs"]) == (0.4, 3)
    assert told["subgroups"][0] == {"subgroup": "sex: fern", "status": "suppressed"}


def test_links_without_a_truth_say_what_is_missing(links, truth):
    assert "--truth FILE" in run("evaluate", links)[1]
    assert "need its links" in run("evaluate", "--truth", truth)[1]


def lay(path: Path, clusters: str) -> Path:
    """'ab c' puts records a and b together."""
    rows = [f"{r} p{n}" for n, held in enumerate(clusters.split()) for r in held]
    return save(path, "record_id person_id", *rows)


@pytest.mark.parametrize(
    ("first", "second", "people", "moved"),
    [
        ("ab c", "c ab", (2, 0, 0, 0), 0),
        ("ab c", "abc", (0, 2, 0, 0), 3),
        ("abc de", "ab c de", (1, 0, 1, 0), 3),
        ("abc de", "ab cde", (0, 1, 0, 1), 5),
        ("ab cd ef", "ac bd ef", (1, 0, 0, 2), 4),
    ],
)
def test_people_of_the_first_are_equal_merged_split_or_rearranged(
    tmp_path, first, second, people, moved
):
    sides = compare_links(
        lay(tmp_path / "1.csv", first), lay(tmp_path / "2.csv", second)
    )

    told = sides.compared
    assert (told.equal, told.merged, told.split, told.rearranged) == people
    assert sum(people) == told.first_people
    assert told.moved == moved


def test_pairs_gained_and_lost_are_counted_and_records_of_one_side_left_out(tmp_path):
    sides = compare_links(
        lay(tmp_path / "1.csv", "abc dx"), lay(tmp_path / "2.csv", "ab cd yz")
    )

    assert sides.compared == Compared(
        records=4, only_first=1, only_second=2, moved=4, first_people=2,
        second_people=2, equal=0, merged=1, split=0, rearranged=1, first_pairs=3,
        second_pairs=2, gained=1, lost=2,
    )  # fmt: skip


def test_with_a_truth_both_outputs_are_measured(tmp_path):
    truth = save(tmp_path / "t.csv", "id cluster", "a 1", "b 1", "c 2")

    sides = compare_links(
        lay(tmp_path / "1.csv", "abc"), lay(tmp_path / "2.csv", "ab c"), Truth(truth)
    )

    assert sides.first_quality and sides.second_quality
    assert (sides.first_quality.f1, sides.second_quality.f1) == (0.5, 1.0)


def test_a_comparison_ends_well_unless_agreement_was_asked_for(tmp_path):
    one, two = lay(tmp_path / "1.csv", "ab c"), lay(tmp_path / "2.csv", "abc")

    assert run("compare", one, two)[0] == 0
    assert run("compare", one, one, "--must-agree")[0] == 0
    code, words = run("compare", one, two, "--must-agree")
    assert code == 7
    assert "Records that changed company │ 3" in words
    assert run("compare", one)[0] == 7


def test_two_links_of_different_records_cannot_be_compared(tmp_path):
    with pytest.raises(LinkageError, match="no record in common"):
        compare_links(lay(tmp_path / "1.csv", "ab"), lay(tmp_path / "2.csv", "yz"))


def test_the_last_two_linked_runs_of_a_place_are_compared(place, keys):
    anna = {"forename": "Ottolina", "surname": "Sprocket", "birth_date": "1984-03-09"}
    rows = [{"record": "a1", **anna}, {"record": "a2", **anna}]
    fill_vault(place, keys, rows)
    link(place, keys, "run-2", NOW)
    with pytest.raises(LinkageError, match="holds 1 linked run"):
        find_last_runs(place)
    fill_vault(place, keys, [*rows, {"record": "a3", **anna}])
    link(place, keys, "run-1", NOW)

    before, after = find_last_runs(place)
    code, words = run("compare", "--data", place.root)

    assert (before.name, after.name) == ("run-2", "run-1")
    assert code == 0
    assert "Records in the second alone │ 1" in words
    assert "equal in the second │ 1" in words


def test_counts_of_a_place_are_kept_small_in_a_file_that_others_may_read(
    place, keys, tmp_path
):
    rows = [{"record": f"r{n}", "forename": f"Zz{n}um"} for n in range(2)]
    for run_id, held in (("run-1", rows[:1]), ("run-2", rows)):
        fill_vault(place, keys, held)
        link(place, keys, run_id, NOW)
    inside, outside = place.root / "c.json", tmp_path / "c.json"

    for path in (inside, outside):
        assert run("compare", "--data", place.root, "--json", path)[0] == 0

    exact, shown = (json.loads(p.read_text())["compared"] for p in (inside, outside))
    assert (exact["records"], exact["only_second"]) == (1, 1)
    assert (shown["records"], shown["only_second"], shown["gained"]) == (None, None, 0)
