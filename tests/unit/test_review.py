"""Clerical review: who is asked what, in which order, and what becomes of answers."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from flows.audit import name_self, read_audit
from flows.decisions import decide, list_decisions, undo
from flows.errors import ActRefused, RunInProgress
from flows.fingerprints import describe_inputs
from flows.link import link
from flows.locks import writer_lock
from flows.reviewing.agreement import read_agreement
from flows.reviewing.decided import Decision, insert_decisions
from flows.reviewing.opened import open_for_review
from flows.reviewing.policy import load_review_policy
from flows.reviewing.queue import list_questions, load_links
from flows.reviewing.sides import Side, compare_sides
from flows.reviewing.sitting import begin_sitting
from flows.vault import open_vault
from tests.linkage_records import NOW, fill_vault, spell_id
from tests.made_review import EARLIER, put_place, write_edges

WHY = "the worker knows them both"


def ask(place, keys, reviewer="Ann", most=100, run_id="run-1", **changes):
    """The questions of a reviewer as ({records}, source), without links drawn."""
    policy = load_review_policy().model_copy(
        update={"sample_per_band": 0, "second_share": 0.0} | changes
    )
    with open_for_review(place, keys) as connection:
        load_links(connection, place)
        name = name_self(reviewer)
        found = list_questions(connection, policy, run_id, name, most)
    return [(pair(q.record_l, q.record_r), q.source) for q in found]


def pair(a, b):
    return frozenset(one if len(one) == 36 else spell_id(one) for one in (a, b))


def pairs(questions):
    return [records for records, _ in questions]


def say(place, keys, a, b, verdict, as_name="Ann", source="review"):
    return decide(
        place, keys, spell_id(a), spell_id(b), verdict, WHY, as_name, source=source
    )


def test_edges_of_the_band_are_asked_and_no_others(place, keys):
    people = {"p": ["a1"], "q": ["b1"], "r": ["c1"], "s": ["d1"], "t": ["e1", "f1"]}
    edges = [
        ("a1", "b1", 3.0), ("a1", "c1", 2.99), ("a1", "d1", 6.0), ("e1", "f1", 5.9),
    ]  # fmt: skip
    put_place(place, keys, people, edges)

    assert set(pairs(ask(place, keys))) == {pair("a1", "b1"), pair("e1", "f1")}


def test_two_people_are_one_question_however_many_edges_are_between_them(place, keys):
    put_place(
        place,
        keys,
        {"p": ["a1", "a2"], "q": ["b1", "b2"]},
        [("a1", "a2", 20), ("b1", "b2", 20), ("a1", "b1", 3.5), ("a2", "b2", 5.5)],
    )

    assert pairs(ask(place, keys)) == [pair("a2", "b2")]


def test_an_edge_inside_a_person_is_asked_only_if_the_person_turns_on_it(place, keys):
    put_place(
        place,
        keys,
        {"p": ["a1", "a2", "a3"], "q": ["b1", "b2"]},
        [("a1", "a2", 20), ("a2", "a3", 20), ("a1", "a3", 4), ("b1", "b2", 5)],
    )

    assert pairs(ask(place, keys)) == [pair("b1", "b2")]


def test_the_newest_comes_first_then_those_whom_most_providers_know(place, keys):
    old, probation = {"received_at": EARLIER}, {"provider": "fernshire_probation"}
    put_place(
        place,
        keys,
        {"p": ["a1", "a2"], "q": ["b1"], "r": ["c1"], "s": ["d1"], "t": ["e1"],
         "u": ["f1"], "v": ["g1", "g2"], "w": ["h1"]},
        [("a1", "a2", 20), ("a1", "b1", 4), ("c1", "d1", 4), ("e1", "f1", 4),
         ("g1", "g2", 20), ("g1", "h1", 4)],
        a1=old, a2=old | probation, b1=old, d1=old, f1=probation,
    )  # fmt: skip

    assert pairs(ask(place, keys)) == [
        pair("e1", "f1"),  # new, two providers
        pair("g1", "h1"),  # new, one provider, three records
        pair("c1", "d1"),  # new, one provider, two records
        pair("a1", "b1"),  # old, whoever knows them
    ]
    assert pairs(ask(place, keys, most=2)) == [pair("e1", "f1"), pair("g1", "h1")]


def test_nothing_decided_is_asked_again_between_any_records_of_two_people(place, keys):
    people = {"p": ["a1", "a2"], "q": ["b1", "b2"], "r": ["c1"]}
    sure = [("a1", "a2", 20), ("b1", "b2", 20)]
    put_place(place, keys, people, [*sure, ("a1", "b1", 5), ("b2", "c1", 4)])

    parted = say(place, keys, "a2", "b2", "unlink")
    assert pairs(ask(place, keys)) == [pair("b2", "c1")]
    say(place, keys, "b1", "c1", "link")
    assert ask(place, keys) == []
    undo(place, keys, parted.decision_id, WHY)
    assert pairs(ask(place, keys)) == [pair("a1", "b1")]


def test_not_sure_is_not_asked_again_of_one_reviewer_but_of_another(place, keys):
    put_place(place, keys, {"p": ["a1"], "q": ["b1"]}, [("a1", "b1", 4)])
    say(place, keys, "a1", "b1", "not_sure", "Ann")

    assert ask(place, keys, "Ann") == []
    assert pairs(ask(place, keys, "Bea")) == [pair("a1", "b1")]


@pytest.fixture
def many(place, keys):
    """Forty people of two records each, linked at 9, and twenty pairs in the band."""
    people = {f"p{n:02}": [f"a{n:02}", f"b{n:02}"] for n in range(40)}
    people |= {f"q{n:02}": [f"c{n:02}"] for n in range(20)}
    people |= {f"r{n:02}": [f"d{n:02}"] for n in range(20)}
    edges = [(f"a{n:02}", f"b{n:02}", 9.0) for n in range(40)]
    edges += [(f"c{n:02}", f"d{n:02}", 4.0) for n in range(20)]
    put_place(place, keys, people, edges)
    return place, keys


def test_links_are_drawn_at_random_alike_for_one_run_and_mixed_in(many):
    first = ask(*many, sample_per_band=5)
    drawn = {records for records, source in first if source == "sample"}
    places = [n for n, (_, source) in enumerate(first) if source == "sample"]

    assert len(drawn) == 5
    assert all(any(r.startswith("61") for r in records) for records in drawn)
    assert first == ask(*many, sample_per_band=5)
    assert drawn != {
        r for r, s in ask(*many, run_id="run-2", sample_per_band=5) if s == "sample"
    }
    assert places != list(range(20, 25))
    assert places != list(range(5))


def test_a_link_that_was_drawn_and_answered_is_not_drawn_again(many):
    drawn = [r for r, s in ask(*many, sample_per_band=3) if s == "sample"]
    decide(*many, *drawn[0], "link", WHY, "Ann", source="sample")

    left = [r for r, s in ask(*many, sample_per_band=3) if s == "sample"]
    assert sorted(left, key=sorted) == sorted(drawn[1:], key=sorted)


def test_an_edge_of_the_band_that_is_drawn_is_one_question(place, keys):
    put_place(place, keys, {"p": ["a1", "b1"]}, [("a1", "b1", 5)])

    assert ask(place, keys, sample_per_band=2) == [(pair("a1", "b1"), "sample")]


def put_decisions(place, keys, told):
    """Many decisions at once: (record, record, verdict, reviewer, source)."""
    moment = EARLIER
    with open_vault(place, keys) as vault:
        for number, (a, b, verdict, who, source) in enumerate(told):
            left, right = sorted((spell_id(a), spell_id(b)))
            moment += dt.timedelta(seconds=1)
            key = str(uuid.uuid5(uuid.NAMESPACE_OID, str(number)))
            made = Decision(
                key, left, right, verdict, "pair", WHY, source, name_self(who), moment
            )
            insert_decisions(vault, [made])


def test_a_share_of_answers_is_asked_of_another_reviewer_once(many):
    put_decisions(
        *many,
        [
            (f"c{n:02}", f"d{n:02}", "unlink" if n % 2 else "link", "Ann", "review")
            for n in range(20)
        ],
    )

    assert ask(*many, "Ann", second_share=1.0) == []
    assert len(ask(*many, "Bea", second_share=1.0)) == 20
    assert 0 < len(ask(*many, "Bea", second_share=0.5)) < 20
    say(*many, "c00", "d00", "link", "Bea")
    assert len(ask(*many, "Bea", second_share=1.0)) == 19
    assert len(ask(*many, "Cat", second_share=1.0)) == 19


def test_agreement_is_told_with_kappa_and_precision_with_its_interval(many):
    told = []
    for n in range(20):
        first = "unlink" if n % 2 else "link"
        told.append((f"c{n:02}", f"d{n:02}", first, "Ann", "review"))
        second = "not_sure" if n == 0 else first
        told.append((f"c{n:02}", f"d{n:02}", second, "Bea", "review"))
        verdict = "unlink" if n == 0 else "link"
        told.append((f"a{n:02}", f"b{n:02}", verdict, "Ann", "sample"))
    put_decisions(*many, told)

    agreed, precisions = read_agreement(*many)

    assert (agreed.pairs, agreed.agreed) == (20, 19)
    # Nineteen of twenty alike; by chance 9/20 x 10/20 + 10/20 x 10/20.
    assert agreed.kappa == pytest.approx((0.95 - 0.475) / (1 - 0.475))
    assert agreed.differing == [tuple(sorted((spell_id("c00"), spell_id("d00"))))]
    told = {one.band: one for one in precisions}
    band, whole = told["8 to 12"], told["all"]
    assert (band.linked, band.right, band.wrong) == (40, 19, 1)
    assert band.share == pytest.approx(0.95)
    # Wilson's interval of 19 in 20.
    assert (band.low, band.high) == pytest.approx((0.7639, 0.9911), abs=1e-4)
    assert (whole.share, whole.low) == pytest.approx((band.share, band.low))


def test_too_few_answers_give_no_figure(many):
    say(*many, "a00", "b00", "link", "Ann", source="sample")
    say(*many, "a00", "b00", "link", "Bea", source="sample")

    agreed, precisions = read_agreement(*many)

    assert (agreed.pairs, agreed.agreed, agreed.kappa) == (1, 1, None)
    assert all(one.share is None for one in precisions)


def test_what_commands_decide_is_no_answer_of_a_reviewer(many):
    say(*many, "a00", "b00", "link", "Ann", source="command")
    say(*many, "a00", "b00", "link", "Bea", source="command")

    assert read_agreement(*many)[0].pairs == 0


@pytest.fixture
def triangle(place, keys):
    """Three people who may be one: settled when two of three questions are."""
    put_place(
        place,
        keys,
        {"p": ["a1"], "q": ["b1"], "r": ["c1"]},
        [("a1", "b1", 4), ("a1", "c1", 4), ("b1", "c1", 4)],
    )
    return place, keys


def test_what_answers_have_settled_is_not_asked_in_the_same_sitting(triangle):
    sitting = begin_sitting(*triangle, "Ann")
    sitting.answer("link")
    sitting.answer("link")

    assert sitting.current is None
    assert sitting.answered == 2
    assert begin_sitting(*triangle, "Ann").current is None


def test_two_people_kept_apart_settle_the_third_question_too(triangle):
    sitting = begin_sitting(*triangle, "Ann")
    sitting.answer("link")
    sitting.answer("unlink")

    assert sitting.current is None


def test_undoing_asks_the_last_answer_again_and_nothing_holds(triangle):
    sitting = begin_sitting(*triangle, "Ann")
    first = sitting.current
    sitting.answer("link")
    sitting.skip()
    sitting.take_back()

    assert sitting.current is first
    assert sitting.answered == 0
    assert list_decisions(*triangle)[0].undone_reason.startswith("review screen")
    with pytest.raises(ActRefused, match="Nothing was answered"):
        sitting.take_back()


def test_what_another_reviewer_decided_meanwhile_stands(triangle):
    sitting = begin_sitting(*triangle, "Ann")
    asked = sitting.current.asked
    decide(*triangle, asked.record_l, asked.record_r, "link", WHY, "Bea")

    with pytest.raises(ActRefused, match="Another reviewer"):
        sitting.answer("unlink")
    assert len(list_decisions(*triangle)) == 1


def test_while_a_run_is_under_way_the_question_stands(triangle):
    sitting = begin_sitting(*triangle, "Ann")
    before = sitting.current
    with writer_lock(triangle[0]), pytest.raises(RunInProgress):
        sitting.answer("link")

    assert sitting.current is before


def test_before_anyone_is_linked_there_is_nothing_to_review(place, keys):
    fill_vault(place, keys, [{"record": "a1", "forename": "Zz"}])

    with pytest.raises(ActRefused, match="linked yet"):
        begin_sitting(place, keys)
    with pytest.raises(ActRefused, match="linked yet"):
        read_agreement(place, keys)


def test_a_question_shows_all_live_rows_and_why_the_model_weighs_so(place, keys):
    same = {"surname": "Grizzlewick", "sex_type": "male"}
    fill_vault(
        place,
        keys,
        [
            {"record": "a1", "forename": "Tumbly", "birth_date": "1990-09-10", **same},
            {"record": "a1", "forename": "Bob", "kind": "alias", **same},
            {"record": "a1", "forename": "Gone", "is_live": False, **same},
            {"record": "b1", "forename": "TUMBLY", "birth_date": "1991-09-10",
             "provider": "lantern_outreach", "has_no_fixed_abode": True, **same},
        ],
    )  # fmt: skip
    link(place, keys, "run-1", NOW)
    write_edges(place, [("a1", "b1", 4.0)])

    question = begin_sitting(place, keys, "Ann").current

    told = {f.name: (f.left, f.right, f.words) for f in question.fields}
    assert told["forename"] == (("Tumbly",), ("TUMBLY",), "same")
    assert told["date of birth"] == (("1990-09-10",), ("1991-09-10",), "DIFFERENT")
    assert told["also known as"] == (("Bob Grizzlewick",), (), "only left")
    assert told["no fixed abode"] == ((), ("yes",), "only right")
    assert question.right.provider == "lantern_outreach"
    assert question.left.newest == "2026-06-30"
    reasons = {reason.name: reason for reason in question.reasons}
    assert reasons["surname"].words.startswith("exact")
    assert reasons["surname"].strength == "strongly for"
    assert reasons["date of birth"].words == "one figure differs"
    assert reasons["before comparing"].strength == "strongly against"
    bits = [r.bits for r in question.reasons[:-1]]
    assert reasons["all together"].bits == pytest.approx(sum(bits), abs=0.5)


def test_values_agree_whatever_their_case_and_spaces_and_partly_where_some_do():
    left = Side(
        "l", "x", values={"postcode": ["QX1 1AA", "QX2"], "surname": ["Van Zz"]}
    )
    right = Side("r", "y", values={"postcode": ["qx11aa"], "surname": ["VANZZ"]})

    words = {one.name: one.words for one in compare_sides(left, right)}
    assert words == {"postcode": "partly the same", "surname": "same"}


def test_a_decision_gives_the_next_run_work_and_an_undone_one_too(triangle):
    place, keys = triangle
    day = EARLIER.date()
    before = describe_inputs(place, keys, day)
    kept = say(place, keys, "a1", "b1", "link")
    after = describe_inputs(place, keys, day)
    undo(place, keys, kept.decision_id, WHY)

    assert len({before, after, describe_inputs(place, keys, day)}) == 3


def test_nothing_that_is_shown_is_in_a_log_or_in_the_open(triangle):
    place, _ = triangle
    sitting = begin_sitting(*triangle, "Ann")
    sitting.answer("link")
    sitting.take_back()

    open_files = [
        path
        for path in place.root.rglob("*")
        if path.is_file() and path != place.vault and path != place.demo_key
    ]
    assert len(read_audit(place, 10)) == 2
    assert open_files
    for path in open_files:
        assert b"Quillfeather" not in path.read_bytes(), path
