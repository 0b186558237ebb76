"""The bench of linkage: what it hands to both sides, and how it judges them."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import pytest

from tests.bench_linkage import Bench, Cost, run, summarise
from tests.judged_people import judge, prepare, prepare_night, share_of_kept_ids
from tests.plain_splink import RULES, build_comparisons


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bench")
    prepare(folder, 2_000, 1)
    prepare_night(folder)
    return folder


def ask(query: str) -> list[tuple]:
    return duckdb.execute(query).fetchall()


def write_links(folder: Path, person: str) -> Path:
    path = folder / "links.parquet"
    ask(
        f"copy (select source, record_id, {person} as person_id "
        f"from '{folder}/truth.parquet') to '{path}'"
    )
    return path


def test_the_truth_is_kept_from_both_sides(folder):
    columns = {name for name, *_ in ask(f"describe from '{folder}/people.parquet'")}

    assert {"source", "record_id", "surname"} <= columns
    assert not columns & {"true_person_id", "twin_of", "junior_of"}


def test_after_a_night_changed_records_stand_once_and_new_ones_beside_them(folder):
    people, night = f"'{folder}/people.parquet'", f"'{folder}/people_night.parquet'"

    assert ask(f"select count(*), count(distinct record_id) from {night}") == [
        (2_014, 2_014)
    ]
    assert ask(f"select count(*) from '{folder}/changes.parquet'") == [(20,)]
    # Of six changed records, one may say by chance what it said before.
    changed = f"select count(*) from (from {people} except from {night})"
    assert 5 <= ask(changed)[0][0] <= 6


def test_people_as_they_are_score_one_and_merge_no_twins(folder):
    quality = judge(write_links(folder, "true_person_id"), folder / "truth.parquet")

    assert (quality["f1"], quality["b3_f1"], quality["left_out"]) == (1.0, 1.0, 0)
    assert (quality["twins_merged"], quality["juniors_merged"]) == (0, 0)
    assert quality["twins"] > 0
    assert quality["juniors"] > 0


def test_twins_called_one_person_are_seen_as_merged(folder):
    links = write_links(folder, "coalesce(twin_of, true_person_id)")
    quality = judge(links, folder / "truth.parquet")

    assert quality["twins_merged"] == 1
    assert quality["juniors_merged"] == 0
    assert quality["recall"] == 1
    assert quality["precision"] < 1


def test_ids_that_a_night_leaves_alone_are_counted_as_kept(folder, tmp_path):
    before = write_links(folder, "true_person_id")
    after = tmp_path / "after.parquet"
    ask(
        "copy (select * replace (if(person_id % 4 = 0, -1, person_id) as person_id) "
        f"from '{before}') to '{after}'"
    )
    [(changed,)] = ask(f"select avg((person_id % 4 = 0)::int) from '{before}'")

    assert share_of_kept_ids(before, before) == 1
    assert share_of_kept_ids(before, after) == pytest.approx(1 - changed)


def test_a_run_is_measured_with_the_children_it_waits_for(tmp_path):
    work = "x = bytearray(300_000_000); sum(range(3_000_000))"
    child = f"import subprocess; subprocess.run(['{sys.executable}', '-c', '{work}'])"
    cost = run(f'{sys.executable} -c "{child}"', tmp_path)

    assert cost.peak > 280
    assert cost.cpu > 0.01
    assert cost.cpu < cost.wall * 4


def test_a_run_that_fails_says_what_it_said(tmp_path):
    with pytest.raises(SystemExit, match="no such thing"):
        run(f"{sys.executable} -c \"raise SystemExit('no such thing')\"", tmp_path)


def test_a_ratio_above_one_means_that_ours_takes_less(tmp_path):
    bench = Bench(tmp_path)
    bench.costs["whole"] = {
        "plain": [Cost(9, 8, 100), Cost(6, 8, 100), Cost(5, 8, 100)],
        "ours": [Cost(3, 4, 200), Cost(2, 4, 200), Cost(90, 4, 200)],
    }
    bench.judged["whole"] = {"plain": {"f1": 0.9}, "ours": {"f1": 0.95}}
    whole = summarise(bench)["whole"]

    assert whole["ratios"] == {"wall": 2, "cpu": 2, "peak": 0.5}
    assert whole["ours"] == {"wall": 3, "cpu": 4, "peak": 200, "f1": 0.95}


def test_plain_splink_has_eight_comparisons_and_fourteen_rules():
    assert (len(build_comparisons()), len(RULES)) == (8, 14)
