"""What happens to a person's id over the years: the situations that caseworkers meet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.decisions import decide, undo
from flows.errors import ActRefused
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
    spell_id,
)

ANNA = {
    "forename": "Ottolina",
    "surname": "Sprocket",
    "birth_date": "1984-03-09",
    "sex_type": "female",
    "postcode": "QX1 2AB",
}
BELA = {
    "forename": "Ferrolander",
    "surname": "Gribbet",
    "birth_date": "1971-10-30",
    "sex_type": "male",
}
RECOVERY = {"provider": "millbrook_recovery"}


class Nights:
    """A vault that is filled and linked night after night."""

    def __init__(self, place: Place, keys: Keys) -> None:
        self.place, self.keys, self.night = place, keys, 0

    def link(self, *rows: dict[str, Any]) -> set[frozenset[str]]:
        fill_vault(self.place, self.keys, list(rows))
        return self.again()

    def again(self) -> set[frozenset[str]]:
        self.night += 1
        link(self.place, self.keys, f"night-{self.night}", NOW)
        return read_groups(self.place)

    def say(self, verdict: str, one: str, other: str) -> str:
        decision = decide(
            self.place, self.keys, spell_id(one), spell_id(other), verdict, "seen both"
        )
        return decision.decision_id

    def health(self) -> dict[str, tuple[str, list[str]]]:
        """Health and reasons by a record of the person."""
        folder = self.place.linked / "current"
        rows = duckdb.sql(
            f"select person_id, health, reasons from '{folder}/person_health.parquet'"
        ).fetchall()
        states = {person: (health, reasons) for person, health, reasons in rows}
        return {r: states[p] for r, p in read_people(self.place).items()}


@pytest.fixture
def nights(place: Place, keys: Keys) -> Nights:
    return Nights(place, keys)


def record(name: str, said: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"record": name, **said, **more}


def together(*names: str) -> frozenset[str]:
    return frozenset(names)


def test_what_was_unlinked_stays_apart_when_it_is_sent_again(nights: Nights) -> None:
    rows = [record("a1", ANNA), record("a2", ANNA, **RECOVERY)]
    assert nights.link(*rows) == {together("a1", "a2")}
    nights.say("unlink", "a1", "a2")
    apart = {together("a1"), together("a2")}

    assert nights.again() == apart
    resent = [{**row, "export_id": "the next", "postcode": "QX1 2AC"} for row in rows]
    assert nights.link(*resent) == apart
    assert nights.link(*rows) == apart


def test_an_exclusion_wins_over_a_shared_number(nights: Nights) -> None:
    number = {"nhs_number": "9990000018"}
    rows = [record("a1", ANNA, **number), record("a2", ANNA, **number, **RECOVERY)]
    assert nights.link(*rows) == {together("a1", "a2")}

    nights.say("unlink", "a1", "a2")

    assert nights.again() == {together("a1"), together("a2")}


def test_an_exclusion_holds_when_a_third_record_fits_both(nights: Nights) -> None:
    rows = [record("a1", ANNA), record("a2", ANNA, **RECOVERY)]
    nights.link(*rows)
    nights.say("unlink", "a1", "a2")

    groups = nights.link(*rows, record("a3", ANNA, provider="lantern_outreach"))

    assert not [group for group in groups if {"a1", "a2"} <= group]


def test_what_people_link_is_one_person_whatever_speaks_against_it(
    nights: Nights,
) -> None:
    one = record("a1", ANNA, nhs_number="9990000018")
    other = record("b1", BELA, nhs_number="9990000026")
    nights.link(one, other)
    decision = nights.say("link", "a1", "b1")

    assert nights.again() == {together("a1", "b1")}
    undo(nights.place, nights.keys, decision, "it was another one")
    assert nights.again() == {together("a1"), together("b1")}


def test_quality_counts_who_is_shared_and_what_was_rejected(nights: Nights) -> None:
    nights.link(
        record("a1", ANNA),
        record("a2", ANNA, **RECOVERY),
        record("b1", {**BELA, "forename": "Unknown"}, **RECOVERY),
        record("w1", BELA, is_live=False),
    )

    folder = nights.place.linked / "current"
    rows = duckdb.sql(
        f"select figure, provider, of_what, found, counted from '{folder}/quality.parquet'"
    ).fetchall()

    assert ("shared_with", "fernshire_council", "millbrook_recovery", 1, 2) in rows
    assert ("shared_with", "millbrook_recovery", "fernshire_council", 1, 2) in rows
    assert ("unlinkable", "fernshire_council", "records", 1, 2) in rows
    assert ("rejected", "millbrook_recovery", "forename_placeholder", 1, 2) in rows
    assert ("edges_of", None, "full_identifiers", 1, 1) in rows
    assert ("health", None, "ok", 3, 3) in rows


def test_a_twin_stays_apart(nights: Nights) -> None:
    twin = {**ANNA, "forename": "Bramwin", "sex_type": "male"}

    groups = nights.link(record("a1", ANNA), record("t1", twin), record("t2", twin))

    assert groups == {together("a1"), together("t1", "t2")}


def test_a_chain_of_three_links_is_one_person(nights: Nights) -> None:
    nights.link(record("a1", ANNA), record("b1", BELA), record("n1", {}))
    nights.say("link", "a1", "b1")
    nights.say("link", "b1", "n1")

    assert nights.again() == {together("a1", "b1", "n1")}


def test_links_that_close_a_circle_are_one_person_and_no_dispute(
    nights: Nights,
) -> None:
    nights.link(record("a1", ANNA), record("b1", BELA), record("n1", {}))
    for one, other in (("a1", "b1"), ("b1", "n1"), ("a1", "n1")):
        nights.say("link", one, other)

    assert nights.again() == {together("a1", "b1", "n1")}
    assert nights.health()["a1"][0] != "disputed"
    with pytest.raises(ActRefused):
        nights.say("unlink", "a1", "n1")


def test_two_ids_that_a_provider_merges_become_one(nights: Nights) -> None:
    nights.link(record("a1", ANNA, crn="X100001"), record("z1", BELA, crn="X200002"))
    before = read_people(nights.place)

    # The second id now says what the first said, and the first is sent no more.
    nights.link(
        record("a1", ANNA, crn="X100001", is_live=False),
        record("z1", ANNA, crn="X100001"),
    )

    assert read_groups(nights.place) == {together("a1"), together("z1")}
    assert read_people(nights.place) == before


def test_an_id_that_a_provider_gives_to_somebody_else_takes_nobody_along(
    nights: Nights,
) -> None:
    outreach = record("a2", ANNA, provider="lantern_outreach")
    nights.link(record("r1", ANNA), outreach)
    before = read_people(nights.place)

    groups = nights.link(record("r1", BELA), outreach)

    assert groups == {together("r1"), together("a2")}
    after = read_people(nights.place)
    assert len({after["r1"], after["a2"]}) == 2
    assert before["a2"] in after.values()
    assert [change[2] for change in read_changes(nights.place)] == ["split"]


def test_a_person_who_returns_after_erasure_is_somebody_new(nights: Nights) -> None:
    nights.link(record("a1", ANNA), record("b1", BELA))
    erased = read_people(nights.place)["a1"]
    nights.link(record("b1", BELA))
    assert read_changes(nights.place) == [(erased, None, "retired", "night-2")]

    # The door gives whoever comes back a record of their own.
    nights.link(record("a9", ANNA), record("b1", BELA))
    assert read_people(nights.place)["a9"] != erased
    nights.link(record("a1", ANNA), record("b1", BELA))
    assert read_people(nights.place)["a1"] != erased


def test_a_record_that_is_withdrawn_leaves_the_person(nights: Nights) -> None:
    rows = [record("a1", ANNA), record("a2", ANNA, **RECOVERY), record("a3", ANNA)]
    nights.link(*rows)
    before = read_people(nights.place)

    groups = nights.link(*rows[:2], record("a3", ANNA, is_live=False))

    assert groups == {together("a1", "a2"), together("a3")}
    assert read_people(nights.place)["a1"] == before["a1"]


def test_a_person_who_needs_attention_heals_when_new_evidence_comes(
    nights: Nights,
) -> None:
    one = record("a1", ANNA, nhs_number="9990000018")
    other = record("a2", ANNA, nhs_number="9990000026", **RECOVERY)
    nights.link(one, other)
    assert nights.health()["a1"] == ("needs_attention", ["perhaps_another_person"])

    nights.link(one, {**other, "nhs_number": "9990000018"})

    assert read_groups(nights.place) == {together("a1", "a2")}
    assert nights.health()["a1"] == ("ok", [])


def test_records_stay_one_person_on_less_than_would_join_them(
    nights: Nights, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [record("a1", ANNA), record("a2", ANNA, **RECOVERY)]
    assert nights.link(*rows) == {together("a1", "a2")}
    # From now on nothing weighs enough to join, and this still enough to stay.
    strict = load_policy().model_copy(update={"threshold_weight": 200.0})
    monkeypatch.setattr("flows.link.load_policy", lambda: strict)
    resent = [{**row, "export_id": "the next"} for row in rows]

    assert nights.link(*resent) == {together("a1", "a2")}
    assert nights.health()["a1"] == ("needs_attention", ["held_by_habit"])
    elsewhere = Nights(Place(tmp_path / "elsewhere"), keys)
    elsewhere.place.prepare()
    assert elsewhere.link(*resent) == {together("a1"), together("a2")}
