"""Linking: who gets which id, what is written, and what stops a run."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.errors import LinkageError, SettingsError
from flows.keys import Keys
from flows.link import link
from flows.linkage.policy import load_policy
from flows.paths import Place
from tests.linkage_records import (
    NOW,
    fill_vault,
    read_changes,
    read_groups,
    read_people,
)

ANNA = {"forename": "Ottolina", "surname": "Sprocket", "birth_date": "1984-03-09"}
BELA = {"forename": "Ferrolander", "surname": "Gribbet", "birth_date": "1971-10-30"}


def person(record: str, said: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"record": record, "sex_type": "female", **said, **more}


def run(place: Place, keys: Keys, run_id: str, rows: list[dict[str, Any]]) -> Any:
    fill_vault(place, keys, rows)
    return link(place, keys, run_id, NOW)


def test_every_record_gets_exactly_one_person(place: Place, keys: Keys) -> None:
    rows = [
        person("a1", ANNA),
        person("a2", ANNA, provider="millbrook_recovery"),
        person("b1", BELA),
        {"record": "nothing known"},
        person("withdrawn", ANNA, is_live=False),
    ]

    result = run(place, keys, "run-1", rows)

    assert read_groups(place) == {
        frozenset({"a1", "a2"}),
        frozenset({"b1"}),
        frozenset({"nothing known"}),
        frozenset({"withdrawn"}),
    }
    assert (result.records, result.persons, result.linked_people) == (5, 4, 1)
    assert (result.edges, result.refused_merges, result.changes) == (1, 0, {})
    assert result.was_new


def test_an_empty_vault_links_nobody(place: Place, keys: Keys) -> None:
    result = run(place, keys, "run-1", [])

    assert (result.records, result.persons, result.edges) == (0, 0, 0)


def test_nothing_new_keeps_the_standing_result(place: Place, keys: Keys) -> None:
    first = run(place, keys, "run-1", [person("a1", ANNA), person("a2", ANNA)])

    again = link(place, keys, "run-2", NOW)

    assert not again.was_new
    assert (again.persons, again.edges) == (first.persons, first.edges)
    assert (place.linked / "current").readlink() == Path("runs/run-1")


def test_ids_stay_when_a_record_is_added(place: Place, keys: Keys) -> None:
    rows = [person("a1", ANNA), person("a2", ANNA), person("b1", BELA)]
    run(place, keys, "run-1", rows)
    before = read_people(place)

    result = run(place, keys, "run-2", [*rows, person("a0", ANNA)])

    after = read_people(place)
    assert {record: after[record] for record in before} == before
    assert after["a0"] == before["a1"]
    assert result.changes == {}


def test_a_merge_keeps_the_id_of_most_records(place: Place, keys: Keys) -> None:
    one = [person(f"a{n}", ANNA, crn="X100001") for n in range(2)]
    other = [person("z0", BELA, crn="X200002")]
    run(place, keys, "run-1", [*one, *other])
    before = read_people(place)

    result = run(place, keys, "run-2", [*one, person("z0", ANNA, crn="X100001")])

    assert set(read_people(place).values()) == {before["a0"]}
    assert result.changes == {"merge": 1}
    assert read_changes(place) == [(before["z0"], before["a0"], "merge", "run-2")]


def test_of_two_ids_with_as_many_records_the_older_stays(
    place: Place, keys: Keys
) -> None:
    run(place, keys, "run-1", [person("z0", BELA)])
    older = read_people(place)["z0"]
    run(place, keys, "run-2", [person("z0", BELA), person("a0", ANNA)])

    run(place, keys, "run-3", [person("z0", ANNA), person("a0", ANNA)])

    assert set(read_people(place).values()) == {older}


def test_a_split_leaves_the_id_with_most_records(place: Place, keys: Keys) -> None:
    rows = [person(f"a{n}", ANNA) for n in range(3)]
    run(place, keys, "run-1", rows)
    before = read_people(place)

    result = run(place, keys, "run-2", [*rows[1:], person("a0", BELA)])

    after = read_people(place)
    assert after["a1"] == after["a2"] == before["a1"]
    assert after["a0"] not in before.values()
    assert result.changes == {"split": 1}
    assert read_changes(place) == [(before["a0"], after["a0"], "split", "run-2")]


def test_an_id_that_was_given_up_never_comes_back(place: Place, keys: Keys) -> None:
    apart = [person("a1", BELA), person("z1", ANNA), person("z2", ANNA)]
    together = [person("a1", ANNA), person("z1", ANNA), person("z2", ANNA)]
    run(place, keys, "run-1", apart)
    given_up = read_people(place)["a1"]
    run(place, keys, "run-2", together)

    run(place, keys, "run-3", apart)

    assert read_people(place)["a1"] != given_up
    assert [row[2] for row in read_changes(place)] == ["merge", "split"]


def test_a_person_without_records_is_retired(place: Place, keys: Keys) -> None:
    run(place, keys, "run-1", [person("a1", ANNA), person("b1", BELA)])
    gone = read_people(place)["b1"]

    result = run(place, keys, "run-2", [person("a1", ANNA)])

    assert result.changes == {"retired": 1}
    assert read_changes(place) == [(gone, None, "retired", "run-2")]


def test_equal_input_gives_equal_bytes(
    place: Place, keys: Keys, tmp_path: Path
) -> None:
    rows = [person(f"a{n}", ANNA) for n in range(5)] + [person("b", BELA)]
    twin = Place(tmp_path / "again")
    twin.prepare()

    run(place, keys, "run-1", rows)
    fill_vault(twin, keys, rows)
    link(twin, keys, "run-1", NOW)

    for path in sorted((place.linked / "current").iterdir()):
        assert path.read_bytes() == (twin.linked / "current" / path.name).read_bytes()


def test_no_identifier_reaches_the_linked_folder(place: Place, keys: Keys) -> None:
    said = {
        "forename": "Quillandra",
        "surname": "Oggletree",
        "birth_date": "1979-11-23",
        "nhs_number": "9990000018",
        "postcode": "QX7 8LM",
    }
    run(place, keys, "run-1", [person("r1", said), person("r2", said)])

    found = b"".join(p.read_bytes() for p in place.linked.rglob("*") if p.is_file())
    for path in place.linked.rglob("*.parquet"):
        found += repr(duckdb.sql(f"from '{path}'").fetchall()).encode()
    for value in said.values():
        assert value.lower().encode() not in found.lower()
    assert not list(place.root.glob(".link-*"))


def test_leftovers_of_killed_runs_are_cleared(place: Place, keys: Keys) -> None:
    run(place, keys, "run-1", [person("a1", ANNA)])
    for leftover in ("runs/.run-2", "runs/run-3"):
        (place.linked / leftover).mkdir()
    (place.root / ".link-killed").mkdir()

    run(place, keys, "run-4", [person("a1", ANNA), person("b1", BELA)])

    assert sorted(p.name for p in (place.linked / "runs").iterdir()) == [
        "run-1",
        "run-4",
    ]
    assert not (place.root / ".link-killed").exists()


def test_a_run_id_is_used_once(place: Place, keys: Keys) -> None:
    run(place, keys, "run-1", [person("a1", ANNA)])

    with pytest.raises(LinkageError, match="each has its own id"):
        run(place, keys, "run-1", [person("b1", BELA)])


def test_linking_needs_a_vault_and_its_key(place: Place, keys: Keys) -> None:
    with pytest.raises(LinkageError, match="run ingest first"):
        link(place, keys, "run-1")
    fill_vault(place, keys, [])

    with pytest.raises(SettingsError):
        link(place, keys.without_identity(), "run-1")
    with pytest.raises(SettingsError, match="does not open with this key"):
        link(place, Keys(facts=keys.facts, identity=b"x" * 32), "run-1")


def test_a_shared_security_number_joins_no_strangers(place: Place, keys: Keys) -> None:
    names = ["Bram", "Lark", "Quill", "Fez", "Nobby", "Sorrin", "Puddy"]
    rows = [
        person(
            f"r{n}",
            {
                "forename": name,
                "surname": f"{name}gribbet",
                "birth_date": dt.date(1960 + 5 * n, n + 1, 11 + n),
                "social_security_number": "899999999",
            },
        )
        for n, name in enumerate(names)
    ]

    result = run(place, keys, "run-1", rows)

    assert result.persons == 7


def test_the_sample_number_of_seven_people_joins_none(
    place: Place, keys: Keys, samples: Path
) -> None:
    path = samples / "hmis" / "greenriver_fy2024" / "Client.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        clients = list(csv.DictReader(file))
    rows = [
        {
            "record": client["PersonalID"],
            "forename": client["FirstName"] or None,
            "middle_name": client["MiddleName"] or None,
            "surname": client["LastName"] or None,
            "birth_date": client["DOB"][:10] or None,
            "social_security_number": client["SSN"] or None,
        }
        for client in clients
    ]
    numbers = [row["social_security_number"] for row in rows]
    shared = max(set(numbers) - {None}, key=numbers.count)

    run(place, keys, "run-1", rows)

    people = read_people(place)
    holders = [r["record"] for r in rows if r["social_security_number"] == shared]
    assert len(holders) == 7
    assert len({people[record] for record in holders}) == 7


def test_more_pairs_than_the_budget_are_refused(
    place: Place, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = load_policy().model_copy(
        update={"pairs_per_record": 1, "pairs_always_allowed": 10}
    )
    monkeypatch.setattr("flows.link.load_policy", lambda: small)
    rows = [person(f"r{n}", ANNA) for n in range(40)]

    with pytest.raises(LinkageError, match="surname and date of birth") as caught:
        run(place, keys, "run-1", rows)

    assert "surname_birth_date" in str(caught.value)
    assert "Sprocket" not in str(caught.value)
    assert "1984" not in str(caught.value)
    assert not (place.linked / "current").exists()


def test_a_value_held_by_very_many_is_no_evidence(
    place: Place, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = load_policy().model_copy(update={"largest_block": 5})
    monkeypatch.setattr("flows.link.load_policy", lambda: small)
    rows = [person(f"r{n}", ANNA) for n in range(6)]

    result = run(place, keys, "run-1", rows)

    assert result.edges == 0
