"""The planted place: through true links the marts find the failures that truth tells."""

from __future__ import annotations

import pytest

from tests.planted import PlantedPlace, Reading

PERSON = "cast(person_id[6:] as integer)"

# The truth takes no contact of a referral that opened an admission for an assessment;
# the warehouse takes the first contact of every referral for one.
ALLOWED = {"reassessment": 0.2}
SPOILT = 0.02
"""Rows that a provider spoilt are quarantined, and what follows from them is lost."""

FOUND = (
    "bounced_referral",
    "chasing",
    "crisis_after_refusal",
    "discharge_to_nowhere",
    "dropped_then_crisis",
    "reassessment",
    "repeat_presentation",
)

TOUCHPOINTS = {
    "referral": "referral",
    "rejection": "rejection",
    "triage": "triage",
    "assessment": "assessment",
    "wait_over_28_days": "long_wait",
    "closure_after_non_attendance": "closure_after_non_attendance",
}
"""Truth's word for each, and ours; it counts changes of worker apart from hand-overs."""


@pytest.fixture(scope="module")
def perfect(planted: PlantedPlace) -> Reading:
    return planted.through_perfect_links


def compare(reading: Reading, told: str, seen: str) -> tuple[int, int, int]:
    """How many facts truth tells, how many of them are missing, how many too many."""
    ((count,),) = reading.ask(f"select count(*) from ({told})")
    missing = reading.ask(f"({told}) except ({seen})")
    extra = reading.ask(f"({seen}) except ({told})")
    return count, len(missing), len(extra)


@pytest.mark.parametrize("rule", FOUND)
def test_each_rule_finds_the_failures_with_their_origin(perfect, rule) -> None:
    told = f"""select true_person_id, event_kind, event_date, presenting_provider,
            origin_provider, origin_date
        from truth.failures where rule = '{rule}'"""
    seen = f"""select {PERSON}, event_type, event_date, presenting_provider,
            origin_provider, origin_date
        from failure_demand where rule = '{rule}'"""

    count, missing, extra = compare(perfect, told, seen)

    assert count > 50
    assert missing <= SPOILT * count
    assert extra <= ALLOWED.get(rule, SPOILT) * count


@pytest.mark.parametrize("kind", TOUCHPOINTS)
def test_every_touchpoint_before_a_crisis_is_found(perfect, kind) -> None:
    told = f"""select distinct true_person_id, crisis_date, provider, touchpoint_date
        from truth.trails where touchpoint_kind = '{kind}'"""
    seen = f"""select distinct {PERSON}, crisis_date, touchpoint_provider,
            touchpoint_date
        from missed_opportunities where touchpoint_type = '{TOUCHPOINTS[kind]}'"""

    count, missing, extra = compare(perfect, told, seen)

    assert count > 50
    assert missing <= SPOILT * count
    # the warehouse takes first contacts in an admission for assessments, truth none
    assert extra <= (0.1 if kind == "assessment" else SPOILT) * count


def test_no_crisis_that_a_service_saw_coming_is_without_its_trail(perfect) -> None:
    told = "select distinct true_person_id, crisis_date from truth.trails"
    seen = f"select distinct {PERSON}, crisis_date from missed_opportunities"

    count, missing, _ = compare(perfect, told, seen)

    assert count > 100
    assert missing <= SPOILT * count
