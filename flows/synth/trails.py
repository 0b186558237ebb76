"""The truth about trails: what any system did in the year before each crisis.

Also who changed worker. Both tell only what the exports can show: see
:mod:`flows.synth.shown`, whose steps are named here as a commissioner would.
"""

from __future__ import annotations

from flows.synth.seen_probation import DELETED

CRISES = """
    select person as true_person_id, kind as crisis_kind, day as crisis_date, provider
    from shown_crises order by true_person_id, crisis_date, crisis_kind, provider"""
"""One row per crisis that an export shows, with the provider whose export it is."""

# An order is a referral, too: that a court made it does not make it less of a chance.
TRAILS = """
    select distinct crisis.person as true_person_id, crisis.kind as crisis_kind,
        crisis.day as crisis_date,
        case step when 'order' then 'referral' else step end as touchpoint_kind,
        earlier.day as touchpoint_date, earlier.provider
    from shown_crises as crisis join shown_steps as earlier using (person)
    where crisis.day - earlier.day between 1 and 365 and step in (
        'assessment', 'triage', 'referral', 'order', 'rejection', 'wait_over_28_days',
        'closure_after_non_attendance', 'hand_over')
    order by true_person_id, crisis_date, crisis_kind, touchpoint_date,
        touchpoint_kind, provider"""
"""One row per crisis and touchpoint 1 to 365 days before it.

A wait is dated by its first day beyond 28. A crisis without touchpoints stands among
the crises alone.
"""

# Meetings make a relationship: a missed appointment with a new worker changes nothing.
WORKER_CHANGES = f"""
    select person as true_person_id, service as provider, earlier as from_date,
        day as to_date
    from (
        select *, lag(day) over known as earlier, lag(worker) over known as former
        from met
        where attended and service in
            ('lantern_outreach', 'millbrook_recovery', 'fernshire_probation')
            and not (service = 'fernshire_probation' and ({DELETED}))
        window known as (partition by person, service order by day, contact)
    ) where worker <> former
    order by true_person_id, provider, to_date, from_date"""
"""One row per change of worker between two attended contacts with one provider."""
