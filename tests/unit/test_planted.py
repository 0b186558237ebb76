"""The planted place: what the warehouse sees through true links is what truth says."""

from __future__ import annotations

import pytest

from tests.planted import CRISIS_TYPES, PlantedPlace, Reading

PERSON = "cast(person_id[6:] as integer)"
BEFORE = """join (select distinct true_person_id as of_person, crisis_date from truth.crises)
    on of_person = true_person_id and crisis_date - event_date between 1 and 365"""


@pytest.fixture(scope="module")
def perfect(planted: PlantedPlace) -> Reading:
    return planted.through_perfect_links


def compare(reading: Reading, told: str, seen: str) -> tuple[int, int, int]:
    """How many facts truth tells, how many of them are missing, how many too many."""
    ((count,),) = reading.ask(f"select count(*) from (select distinct * from ({told}))")
    missing = reading.ask(f"({told}) except ({seen})")
    extra = reading.ask(f"({seen}) except ({told})")
    return count, len(missing), len(extra)


def test_through_perfect_links_there_are_exactly_the_people_there_are(perfect) -> None:
    people = "(select count(*) from people)"
    lived = "(select count(*) from truth.people)"
    shared = "(select count(*) from truth.persons where share < 1)"

    assert perfect.ask(f"select {people}, {lived}, {shared}") == [(2000, 2000, 0)]


@pytest.mark.parametrize("kind", CRISIS_TYPES)
def test_the_warehouse_sees_the_crises_that_truth_says_are_shown(perfect, kind) -> None:
    told = f"""select true_person_id, crisis_date, provider from truth.crises
        where crisis_kind = '{kind}'"""
    seen = f"""select {PERSON}, crisis_date, provider
        from intermediate.int_crises_identified
        where crisis_type = '{CRISIS_TYPES[kind]}'"""

    count, missing, extra = compare(perfect, told, seen)

    # Rows that a provider spoilt are quarantined: 3 in 1,000.
    assert count > 10
    assert missing <= 0.02 * count
    assert extra <= 0.02 * count


@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        ("referral", "referral_date where true"),
        ("rejection", "decision_date where decision_type = 'rejected'"),
        ("hand_over", "end_date where end_type = 'referred_on'"),
        (
            "closure_after_non_attendance",
            "end_date where end_type = 'unplanned' and sector in "
            "('drugs', 'mental_health')",
        ),
    ],
)
def test_the_warehouse_sees_the_touchpoints_that_truth_says_are_shown(
    perfect, kind, seen
) -> None:
    day, condition = seen.split(" where ")
    sectors = "where provider <> 'fernshire_council'" if "sector" in condition else ""
    told = f"""select true_person_id, touchpoint_date, provider
        from (from truth.trails where touchpoint_kind = '{kind}') {sectors}"""
    episodes = f"""(select {PERSON} as true_person_id, {day} as event_date, provider
        from intermediate.int_episodes_unioned where {condition})"""
    seen = f"select true_person_id, event_date, provider from {episodes} {BEFORE}"

    count, missing, extra = compare(perfect, told, seen)

    assert count > 10
    assert missing <= 0.02 * count
    assert extra <= 0.02 * count
