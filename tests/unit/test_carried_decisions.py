"""What people decided follows a person whose provider changes its own id of them."""

from __future__ import annotations

import csv
import io
import json

import duckdb
import pytest

from flows.audit import read_audit, verify_audit
from flows.decisions import decide, list_decisions, undo
from flows.layouts import load_layout
from flows.link import link
from tests.conftest import Road, make_provider

WHY = "the worker knows them both"
PERSON = {
    "FIRST_NAME": "Zzilverine",
    "SURNAME": "Quillfeather",
    "DATE_OF_BIRTH_DATE": "1984-03-09",
    "GENDER_ID": "F",
}
STRANGER = {
    "FIRST_NAME": "Obadiah",
    "SURNAME": "Thimblewick",
    "DATE_OF_BIRTH_DATE": "1961-12-24",
    "GENDER_ID": "M",
}
LAYOUTS = {"moor_probation": "ndelius_extract", "hmp_moorgate": "nomis_extract"}
OLD, NEW, NEWER = "5001", "7007", "9009"
TABLES = {
    "offender": ("moor_probation", "x_offender_{day}.csv"),
    "merge_history": ("moor_probation", "x_merge_history_{day}.csv"),
    "offenders": ("hmp_moorgate", "x_offenders_{day}.csv"),
    "offender_identifiers": ("hmp_moorgate", "x_offender_identifiers_{day}.csv"),
}


class Nights:
    """Exports that land and are linked night after night."""

    def __init__(self, road: Road) -> None:
        self.road, self.night = road, 0

    def pass_by(self, **tables: list[dict[str, str]]) -> None:
        self.night += 1
        for kind, rows in tables.items():
            provider, name = TABLES[kind]
            headings = load_layout(LAYOUTS[provider]).files[kind].headers
            out = io.StringIO()
            writer = csv.DictWriter(out, headings, restval="")
            writer.writeheader()
            writer.writerows(rows)
            day = f"2026-07-{self.night:02}"
            self.road.drop(provider, name.format(day=day), out.getvalue())
        states = {(r.file_name, r.state, r.words) for r in self.road.run()}
        assert {state for _, state, _ in states} <= {"landed"}, states
        link(self.road.place, self.road.keys, f"night-{self.night}")

    def id_of(self, provider: str, key: str) -> str:
        with self.road.vault() as vault:
            (row,) = vault.execute(
                "select id::varchar from vault.keys "
                "where provider = ? and source_key = ? and kind = 'record'",
                [provider, key],
            ).fetchall()
        return row[0]

    def are_one(self, probation: str) -> bool:
        """Whether a record of probation and that of the prison are one person."""
        path = self.road.place.linked / "current" / "person_links.parquet"
        people = dict(
            duckdb.sql(f"select record_id, person_id from '{path}'").fetchall()
        )
        prison = people[self.id_of("hmp_moorgate", "31")]
        return people[self.id_of("moor_probation", probation)] == prison

    def tell_apart(self, probation: str) -> str:
        one = self.id_of("moor_probation", probation)
        other = self.id_of("hmp_moorgate", "31")
        args = (self.road.place, self.road.keys)
        return decide(*args, one, other, "unlink", WHY, "Zed").decision_id

    def carried(self) -> list:
        found = list_decisions(self.road.place, self.road.keys)
        return [decision for decision in found if decision.source == "carried"]


@pytest.fixture
def nights(place, keys) -> Nights:
    """One night after which a record of probation and the prison's are one person."""
    senders = {n: make_provider(n, "offending", one) for n, one in LAYOUTS.items()}
    nights = Nights(Road(place, keys, senders))
    nights.pass_by(
        offender=[probation(OLD), other()], offenders=[prison("31", "A1234AA")]
    )
    assert nights.are_one(OLD)
    return nights


def probation(key: str, **more: str) -> dict[str, str]:
    return {"OFFENDER_ID": key, "CRN": f"X{int(key):06}", **PERSON, **more}


def other() -> dict[str, str]:
    return {"OFFENDER_ID": "5002", "CRN": "X005002", **STRANGER}


def prison(key: str, number: str) -> dict[str, str]:
    return {
        "OFFENDER_ID": key,
        "ROOT_OFFENDER_ID": key,
        "OFFENDER_ID_DISPLAY": number,
        "FIRST_NAME": PERSON["FIRST_NAME"],
        "LAST_NAME": PERSON["SURNAME"],
        "BIRTH_DATE": PERSON["DATE_OF_BIRTH_DATE"],
        "SEX_CODE": "F",
    }


def merged(new: str, old: str) -> dict[str, str]:
    return {
        "MERGE_HISTORY_ID": f"1{old}",
        "TARGET_OFFENDER_ID": new,
        "ORIGIN_OFFENDER_ID": old,
    }


def test_who_was_told_apart_stays_apart_under_the_id_their_provider_merges_them_into(
    nights,
):
    decision = nights.tell_apart(OLD)
    # A word is spelt anew, so that the provider's own word is all that tells.
    renamed = probation(NEW, SURNAME="Quill-Feather")

    nights.pass_by(offender=[renamed, other()], merge_history=[merged(NEW, OLD)])
    assert not nights.are_one(NEW)
    nights.pass_by(offender=[renamed, other()], merge_history=[merged(NEW, OLD)])

    assert not nights.are_one(NEW)
    (carried,) = nights.carried()
    assert carried.verdict == "unlink"
    assert carried.decided_by.startswith("Zed (")
    entry = read_audit(nights.road.place, 1)[0]
    old, new = (nights.id_of("moor_probation", key) for key in (OLD, NEW))
    assert entry["act"] == "carry unlink"
    assert entry["subjects"] == [
        carried.decision_id, new, nights.id_of("hmp_moorgate", "31"), old, decision,
        "named_by_provider",
    ]  # fmt: skip
    assert verify_audit(nights.road.place).bad_line is None
    assert "Quill" not in json.dumps(entry)


def test_who_comes_back_word_for_word_under_another_id_stays_apart(nights):
    nights.tell_apart(OLD)

    nights.pass_by(offender=[probation(NEW), other()])
    assert not nights.are_one(NEW)
    nights.pass_by(offender=[probation(NEWER), other()])

    assert not nights.are_one(NEWER)
    rules = [entry["subjects"][-1] for entry in read_audit(nights.road.place, 2)]
    assert rules == ["same_identity", "same_identity"]


def test_without_a_decision_nothing_is_carried(nights):
    nights.pass_by(offender=[probation(NEW), other()], merge_history=[merged(NEW, OLD)])

    assert nights.are_one(NEW)
    assert nights.carried() == []


def test_a_carried_decision_is_undone_like_any_other_and_not_carried_again(nights):
    nights.tell_apart(OLD)
    nights.pass_by(offender=[probation(NEW), other()])
    (carried,) = nights.carried()

    undo(nights.road.place, nights.road.keys, carried.decision_id, "they are one")

    for _ in range(2):
        nights.pass_by(offender=[probation(NEW), other()])
        assert nights.are_one(NEW)
        assert len(nights.carried()) == 1


def test_what_people_decided_of_the_new_id_stands(nights):
    nights.tell_apart(OLD)
    nights.pass_by(offender=[probation(OLD), probation(NEW, SURNAME="Quill"), other()])
    new, held = nights.id_of("moor_probation", NEW), nights.id_of("hmp_moorgate", "31")
    decide(nights.road.place, nights.road.keys, new, held, "link", WHY)

    nights.pass_by(
        offender=[probation(NEW, SURNAME="Quill"), other()],
        merge_history=[merged(NEW, OLD)],
    )

    assert nights.are_one(NEW)
    assert nights.carried() == []


def test_two_who_might_be_the_one_that_left_take_over_nothing(nights):
    nights.tell_apart(OLD)

    nights.pass_by(offender=[probation(NEW), probation(NEWER), other()])

    assert nights.carried() == []


def test_a_prison_number_that_was_merged_carries_what_was_decided(nights):
    nights.tell_apart(OLD)
    # Her prison record is numbered anew, by other people, under another name.
    again = {**prison("88", "B4321BB"), "LAST_NAME": "Quillfether", "BIRTH_DATE": ""}
    row = {
        "OFFENDER_ID": "88",
        "OFFENDER_ID_SEQ": "1",
        "ROOT_OFFENDER_ID": "88",
        "IDENTIFIER_TYPE": "MERGED",
        "IDENTIFIER": "A1234AA",
    }

    nights.pass_by(offenders=[again], offender_identifiers=[row])

    (carried,) = nights.carried()
    pair = {nights.id_of("hmp_moorgate", "88"), nights.id_of("moor_probation", OLD)}
    assert {carried.record_l, carried.record_r} == pair
