"""Each published check is answered, and the page that says so is made from the data."""

from __future__ import annotations

import csv
import shutil

import pytest

from flows import checks_coverage
from flows.checks import CHECKS, load_catalogues
from flows.checks_coverage import (
    describe_coverage,
    list_coverages,
    read_coverage,
    write_coverages,
)
from flows.errors import MappingError
from flows.rules import is_known

EVA = CHECKS / "hmis" / "eva_coverage.csv"
COVERAGES = [pytest.param(path, id=path.stem) for path in list_coverages()]


def rules_beside(path) -> dict[str, tuple[int, ...]]:
    """Rule -> the published checks it says it answers, for the rules of one folder."""
    beside = {file.stem for file in path.parent.glob("*.yml")}
    return {
        name: rule.covers
        for catalogue in load_catalogues()
        if catalogue.checks.removeprefix(f"{path.parent.name}_") in beside
        for name, rule in catalogue.rules.items()
    }


def test_every_published_check_of_eva_appears_once(samples):
    with (samples / "hmis" / "eva" / "EvaChecks.csv").open(newline="") as file:
        published = sorted(int(row["ID"]) for row in csv.DictReader(file))

    assert [answer.id for answer in read_coverage(EVA)] == published


@pytest.mark.parametrize("path", COVERAGES)
def test_every_check_is_answered_by_rules_there_are_or_has_a_reason(path):
    for answer in read_coverage(path):
        assert (answer.status == "done") == bool(answer.by), answer.id
        assert answer.by or len(answer.why) > 20, answer.id
        assert all(is_known(rule) for rule in answer.by), answer.id


@pytest.mark.parametrize("path", COVERAGES)
def test_what_rules_say_they_cover_is_what_the_table_says(path):
    covers = rules_beside(path)
    told = {(check, name) for name, checks in covers.items() for check in checks}
    table = {(a.id, rule) for a in read_coverage(path) for rule in a.by}

    assert covers
    assert all(covers.values())
    assert told == {pair for pair in table if pair[1] in covers}


@pytest.mark.parametrize("path", COVERAGES)
def test_the_page_is_what_the_data_make(path):
    page = (path.parent / "COVERAGE.md").read_text(encoding="utf-8")

    assert page == describe_coverage(path)


def test_the_page_is_made_anew_from_changed_data(tmp_path, monkeypatch):
    folder = tmp_path / "hmis"
    folder.mkdir()
    shutil.copy(EVA, folder)
    monkeypatch.setattr(checks_coverage, "CHECKS", tmp_path)

    write_coverages()

    made = (folder / "COVERAGE.md").read_text(encoding="utf-8")
    assert made == describe_coverage(EVA)
    assert "| 122 | Files inside a folder of the zip | not applicable |  |" in made


def test_a_status_that_does_not_exist_is_refused(tmp_path):
    path = tmp_path / "eva_coverage.csv"
    path.write_text("id,title,status,by,why\n1,Something,nearly,,\n")

    with pytest.raises(MappingError, match="status"):
        read_coverage(path)
