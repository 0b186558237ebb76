"""What people decide about two records: kept for ever, undone by name, never a value."""

from __future__ import annotations

import json

import pytest

from flows.audit import read_audit, verify_audit
from flows.decisions import decide, list_decisions, load_decisions, undo
from flows.duck import connect
from flows.errors import ActRefused, RunInProgress, SettingsError
from flows.link import link
from flows.locks import writer_lock
from flows.vault import open_vault
from tests.linkage_records import fill_vault, spell_id

WHY = "the worker knows them both"


def known(record, **fields):
    return {"record": record, "forename": "Zzara", "surname": "Quillfeather", **fields}


@pytest.fixture
def vault(place, keys):
    """Four records of a place that was never linked."""
    fill_vault(place, keys, [known(name) for name in ("ann", "bea", "cat", "dot")])
    return place, keys


def in_force(place, keys):
    with open_vault(place, keys, read_only=True) as connection:
        load_decisions(connection)
        rows = connection.execute(
            "select record_l, record_r, verdict from decisions"
        ).fetchall()
    return {(left, right): verdict for left, right, verdict in rows}


def pair(a, b):
    return tuple(sorted((spell_id(a), spell_id(b))))


def test_a_decision_is_in_force_at_once_whichever_record_is_named_first(vault):
    decide(*vault, spell_id("bea"), spell_id("ann"), "link", WHY)
    decide(*vault, spell_id("ann"), spell_id("cat"), "unlink", WHY)

    assert in_force(*vault) == {
        pair("ann", "bea"): "link",
        pair("ann", "cat"): "unlink",
    }


def test_the_table_of_decisions_has_a_time_and_text_ids(vault):
    decide(*vault, spell_id("ann"), spell_id("bea"), "link", WHY)

    with open_vault(*vault, read_only=True) as connection:
        load_decisions(connection)
        described = connection.execute("describe decisions").fetchall()
    assert [(row[0], row[1]) for row in described] == [
        ("record_l", "VARCHAR"), ("record_r", "VARCHAR"),
        ("verdict", "VARCHAR"), ("decided_at", "TIMESTAMP"),
    ]  # fmt: skip


def test_not_sure_is_kept_and_never_in_force(vault):
    decide(*vault, spell_id("ann"), spell_id("bea"), "not_sure", WHY)

    assert in_force(*vault) == {}
    assert list_decisions(*vault)[0].verdict == "not_sure"


def test_the_newest_verdict_of_two_records_wins_and_a_doubt_later_does_not(vault):
    for verdict in ("link", "unlink", "not_sure"):
        decide(*vault, spell_id("ann"), spell_id("bea"), verdict, WHY)

    assert in_force(*vault) == {pair("ann", "bea"): "unlink"}


def test_undoing_the_newest_brings_the_earlier_one_back(vault):
    decide(*vault, spell_id("ann"), spell_id("bea"), "link", WHY)
    later = decide(*vault, spell_id("ann"), spell_id("bea"), "unlink", WHY)

    undone = undo(*vault, later.decision_id[:8], "spoke to the worker", "Zed")

    assert in_force(*vault) == {pair("ann", "bea"): "link"}
    assert undone.undone_by.startswith("Zed (")
    assert undone.undone_reason == "spoke to the worker"
    assert len(list_decisions(*vault)) == 2
    with pytest.raises(ActRefused, match="undone before"):
        undo(*vault, later.decision_id, WHY)


def test_ids_may_be_given_by_their_first_eight_characters(place, keys):
    fill_vault(place, keys, [known("ann"), known("bea"), known("beatrice")])

    decide(place, keys, spell_id("ann")[:8], spell_id("beatrice")[:8], "link", WHY)

    assert in_force(place, keys) == {pair("ann", "beatrice"): "link"}


@pytest.mark.parametrize(
    ("a", "b", "verdict", "why", "scope", "words"),
    [
        ("ann", "nobody", "link", WHY, "pair", "No person record"),
        ("ann", "ann", "link", WHY, "pair", "same record"),
        ("ann", "bea", "perhaps", WHY, "pair", "Expected one of"),
        ("ann", "bea", "link", "", "pair", "reason"),
        ("ann", "bea", "link", WHY, "person", "Only unlinking"),
    ],
)
def test_what_cannot_be_decided_is_refused_and_nothing_is_kept(
    vault, a, b, verdict, why, scope, words
):
    with pytest.raises(ActRefused, match=words):
        decide(*vault, spell_id(a), spell_id(b), verdict, why, scope=scope)

    assert list_decisions(*vault) == []
    assert read_audit(vault[0], 10) == []


@pytest.mark.parametrize("given", ["", "7a", "zzzzzzzz", "'; drop table x"])
def test_an_id_that_is_none_is_refused_in_words(vault, given):
    with pytest.raises(ActRefused, match="characters|No person record"):
        decide(*vault, spell_id("ann"), given, "link", WHY)
    with pytest.raises(ActRefused, match="characters|No decision"):
        undo(*vault, given, WHY)


def test_two_records_that_begin_alike_are_not_guessed_between(place, keys):
    fill_vault(place, keys, [known("abcdefgh1"), known("abcdefgh2"), known("zed")])

    with pytest.raises(ActRefused, match="More than one"):
        decide(place, keys, spell_id("abcdefgh1")[:10], spell_id("zed"), "link", WHY)


def test_records_joined_by_others_cannot_be_kept_apart(vault):
    decide(*vault, spell_id("ann"), spell_id("bea"), "link", WHY)
    decide(*vault, spell_id("bea"), spell_id("cat"), "link", WHY)

    with pytest.raises(ActRefused, match="contradict"):
        decide(*vault, spell_id("ann"), spell_id("cat"), "unlink", WHY)

    assert len(in_force(*vault)) == 2
    assert len(read_audit(vault[0], 10)) == 2


def test_records_kept_apart_cannot_be_joined_by_way_of_others(vault):
    decide(*vault, spell_id("ann"), spell_id("bea"), "link", WHY)
    decide(*vault, spell_id("cat"), spell_id("dot"), "link", WHY)
    decide(*vault, spell_id("ann"), spell_id("dot"), "unlink", WHY)

    with pytest.raises(ActRefused, match="contradict"):
        decide(*vault, spell_id("bea"), spell_id("cat"), "link", WHY)


def test_undoing_that_would_bring_back_a_contradiction_is_refused(vault):
    decide(*vault, spell_id("ann"), spell_id("bea"), "link", WHY)
    parted = decide(*vault, spell_id("ann"), spell_id("bea"), "unlink", WHY)
    decide(*vault, spell_id("ann"), spell_id("cat"), "link", WHY)
    decide(*vault, spell_id("bea"), spell_id("cat"), "unlink", WHY)

    with pytest.raises(ActRefused, match="contradict"):
        undo(*vault, parted.decision_id, WHY)


def test_a_record_is_taken_out_of_a_whole_person_and_put_back_in_one_act(place, keys):
    same = {"birth_date": "1980-02-03", "nhs_number": "9434765919"}
    rows = [known(name, **same) for name in ("ann", "bea", "cat")]
    fill_vault(place, keys, [*rows, known("dot", birth_date="1951-11-30")])
    link(place, keys, "run-1")

    taken = decide(
        place, keys, spell_id("ann"), spell_id("bea"), "unlink", WHY, scope="person"
    )

    assert in_force(place, keys) == {
        pair("ann", "bea"): "unlink",
        pair("ann", "cat"): "unlink",
    }
    assert {taken.record_l, taken.record_r} == set(pair("ann", "bea"))
    undo(place, keys, taken.decision_id, WHY)
    assert in_force(place, keys) == {}


def test_a_decision_is_in_the_audit_log_with_ids_alone_and_who_did_it(vault):
    made = decide(*vault, spell_id("ann"), spell_id("bea"), "link", WHY, "Zed")
    undo(*vault, made.decision_id, "wrong pair, sorry")

    first, second = read_audit(vault[0], 10)
    assert first["act"] == "review link"
    assert first["subjects"] == [made.decision_id, spell_id("ann"), spell_id("bea")]
    assert second["act"] == "review undo"
    assert made.decided_by.startswith("Zed (")
    assert verify_audit(vault[0]).bad_line is None
    assert "Quillfeather" not in json.dumps([first, second])


def test_what_the_audit_log_cannot_take_has_no_effect(vault, tmp_path):
    place, _ = vault
    place.audit.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(OSError, match="symbolic"):
        decide(*vault, spell_id("ann"), spell_id("bea"), "link", WHY)

    assert in_force(*vault) == {}
    assert list_decisions(*vault) == []


def test_while_a_run_is_under_way_nothing_is_decided(vault):
    with writer_lock(vault[0]), pytest.raises(RunInProgress):
        decide(*vault, spell_id("ann"), spell_id("bea"), "link", WHY)


def test_the_facts_key_alone_decides_nothing(vault):
    place, keys = vault
    with pytest.raises(SettingsError):
        decide(
            place,
            keys.without_identity(),
            spell_id("ann"),
            spell_id("bea"),
            "link",
            WHY,
        )


def test_a_vault_older_than_decisions_has_none():
    connection = connect()
    connection.execute("attach ':memory:' as vault")
    load_decisions(connection)

    assert connection.execute("from decisions").fetchall() == []


def test_decisions_outlive_what_providers_send_again(vault):
    decide(*vault, spell_id("ann"), spell_id("bea"), "link", WHY)
    with open_vault(*vault) as connection:
        connection.execute("update vault.identities set is_live = false")

    assert in_force(*vault) == {pair("ann", "bea"): "link"}
