"""The hard cases of linkage, drawn in YAML: who joins and who stays alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from flows.keys import Keys
from flows.link import link
from flows.paths import Place
from tests.linkage_records import fill_vault, read_people

CASES = yaml.safe_load(
    Path(__file__).with_name("linkage_cases.yml").read_text(encoding="utf-8")
)


def rows_of(case: dict[str, Any]) -> list[dict[str, Any]]:
    rows = []
    for role in ("record", "same", "other", "alone"):
        said = case.get(role, [])
        for row in said if isinstance(said, list) else [said]:
            rows.append({"record": f"{case['id']} {role}", **row})
    return rows


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """All cases in one vault: no case may disturb another."""
    place = Place(tmp_path_factory.mktemp("cases") / "data")
    place.prepare()
    keys = Keys(facts=b"f" * 32, identity=b"i" * 32)
    fill_vault(place, keys, [row for case in CASES for row in rows_of(case)])

    link(place, keys, "cases")

    return read_people(place)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_hard_case_links_as_drawn(
    case: dict[str, Any], people: dict[str, str]
) -> None:
    name = case["id"]

    assert people[f"{name} record"] == people[f"{name} same"], case["reason"]
    assert people[f"{name} record"] != people[f"{name} other"], case["reason"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_case_joins_nobody_of_another_case(
    case: dict[str, Any], people: dict[str, str]
) -> None:
    own = {person for record, person in people.items() if record.startswith(case["id"])}

    strangers = [
        record
        for record, person in people.items()
        if person in own and not record.startswith(case["id"])
    ]

    assert strangers == []


def test_initials_that_fit_both_twins_join_neither(people: dict[str, str]) -> None:
    alone = people["initials_of_twins alone"]

    assert [record for record, person in people.items() if person == alone] == [
        "initials_of_twins alone"
    ]


def test_every_case_has_a_reason_and_both_neighbours() -> None:
    for case in CASES:
        assert {"id", "reason", "record", "same", "other"} <= set(case), case["id"]

    assert len({case["id"] for case in CASES}) == len(CASES)
