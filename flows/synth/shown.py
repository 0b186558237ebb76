"""What the exports show of true lives: dated steps, waits and crises, of each person.

Truth about failures is worked out from these alone, never from what no export carries.
What stays out of sight, however true it is:

- Stepping Stones: its report dates a referral, the assessment, the first session and
  the end. A refusal shows as an early end asked for by probation, so it counts as an
  unplanned closure; those who stop coming show as an ordinary end.
- The council: no day on which help began, so waiting ends with its decision; half of
  the refusals of incomplete applications stand there as withdrawn by the person.
- Lantern Outreach: contacts alone; no referral, no refusal, no closure.
- Tern: nothing of clients who do not consent; Millbrook sends its own export of them,
  as support, not treatment.
- The trust: no decision of an accepted referral, and a team where others name a worker.
- Nobody shows a referral that was signposted, an arrest, an emergency department or an
  overdose.

Rows that a provider spoilt count all the same: an export carries them, and that they
are quarantined is a loss which is to be seen in a comparison.
"""

from __future__ import annotations

import duckdb

from flows.synth.seen_drugs import CONSENTS, FIRST_PROFILE
from flows.synth.seen_homelessness import CONTACT_KIND, WITHDRAWN
from flows.synth.seen_probation import DELETED
from flows.synth.seen_rehabilitation import FIRST_SESSION, reach

WAIT_DAYS = 28
"""A wait is long once it lasts more days than this."""

# The day the exports say help began: the council's is that of its decision.
_TOLD = f"""
    create or replace temp table told as
    select episodes.*, {CONSENTS} as consents,
        episodes.service in ('millbrook_recovery', 'tern_alcohol_service') as treats,
        case episodes.service
            when 'fernshire_council' then case when not refused then decided end
            when 'stepping_stones' then {reach(FIRST_SESSION)}
            else start end as helped,
        refused and (treats or episodes.service = 'fernshire_mental_health'
            or episodes.service = 'fernshire_council' and not ({WITHDRAWN})) as rejects
    from episodes
    join (select record, u11 from records) as noted using (record)
    cross join today
    where episodes.service <> 'lantern_outreach'
        and ({CONSENTS} or episodes.service <> 'tern_alcohol_service')
"""

_MET = """
    create or replace temp table met as
    select contacts.*, episodes.person, episodes.service, episodes.bedded
    from contacts join episodes using (episode)
"""

# The wait is over with help, a refusal or an end; only the long ones are kept.
_WAITS = f"""
    create or replace temp table shown_waits as
    select person, service as provider, referral + {WAIT_DAYS + 1} as day,
        coalesce(helped, case when refused then decided end, "end", today) as until
    from told cross join today
    where service not in ('fernshire_probation', 'hmp_larkmoor')
        and until - referral > {WAIT_DAYS}
"""

# Asked for by a person or for them: a court's order is told apart from it.
_REFERRALS = """
    select person, service, 'referral' as step, referral as day from told
    where service not in ('hmp_larkmoor', 'fernshire_probation')
    union all
    select person, service, 'order', referral from told
    where service = 'fernshire_probation'
"""

# Triage is what drug services date; their assessment is the profile at the start.
_ASSESSMENTS = f"""
    select person, service, 'triage', decided from told where treats
    union all
    select person, service, 'assessment', {FIRST_PROFILE} from told
    where treats and consents and start is not null
    union all
    select person, service, 'assessment', {reach(0)} from told cross join today
    where service = 'stepping_stones'
    union all
    select person, service, 'assessment', start from told
    where service = 'fernshire_mental_health' and inpatient = 0
"""

# Each provider's own words for an end nobody planned; evictions are the council's.
_CLOSURES = """
    select person, service, 'unplanned_closure', "end" from told
    where ending = 'dropped_out' and service <> 'stepping_stones'
        or service = 'fernshire_council' and ending in ('moved', 'referred_on')
        or service = 'fernshire_probation' and ending = 'other'
        or service = 'stepping_stones' and ending = 'custody'
    union all
    select person, service, 'unplanned_closure', decided from told
    where service = 'stepping_stones' and refused
    union all
    select person, service, 'unplanned_closure', placements."end"
    from placements join episodes on episodes.episode = placements.of_episode
    where why in ('Evicted', 'Abandoned')
    union all
    select person, service, 'closure_after_non_attendance', "end" from told
    where ending = 'dropped_out' and service <> 'stepping_stones'
    union all
    select person, service, 'hand_over', "end" from told
    where ending = 'referred_on' and (treats or service = 'fernshire_mental_health')
"""

_DISCHARGES = """
    select person, service, 'discharge', "end" from told
    where start is not null and ending <> 'died' and (
        service = 'hmp_larkmoor' or treats and consents
        or service = 'fernshire_mental_health' and inpatient > 0)
"""

_MEETINGS = f"""
    select person, service, 'night', day from met
    where service = 'lantern_outreach' and {CONTACT_KIND} = 'Bedded down'
    union all
    select person, service, 'chase', day from met
    where service = 'fernshire_probation' and asks and not ({DELETED})
"""

_STEPS = f"""
    create or replace temp table shown_steps as
    select person, service as provider, step, day from (
        {_REFERRALS} union all {_ASSESSMENTS} union all {_CLOSURES}
        union all {_DISCHARGES} union all {_MEETINGS}
        union all select person, service, 'rejection', decided from told where rejects
        union all select person, provider, 'wait_over_28_days', day from shown_waits
    ) where day is not null
"""

# A recall shows twice, as the order's end and as a reception; so does a detained
# person's admission. A change of section without a day between is one detention.
_CRISES = """
    create or replace temp table shown_crises as
    select person, service as provider, 'custody_reception' as kind, start as day
    from told where service = 'hmp_larkmoor' and start is not null
    union all
    select person, service, 'recall', "end" from told
    where service = 'fernshire_probation' and ending = 'recalled'
    union all
    select person, service, 'eviction', placements."end"
    from placements join episodes on episodes.episode = placements.of_episode
    where why = 'Evicted'
    union all
    select person, provider, 'rough_sleeping', day from (
        select *, lag(day) over (partition by person order by day) as earlier
        from shown_steps where step = 'night'
    ) where earlier is null or day - earlier > 90
    union all
    select person, service, 'unplanned_admission', start from told
    where inpatient in (2, 3) and start is not null
    union all
    select person, service, 'mha_detention', start from (
        select *, max(coalesce("end", date '9999-12-30')) over (partition by person
            order by start, episode rows between unbounded preceding and 1 preceding
        ) as reached
        from told where inpatient = 3 and start is not null
    ) where reached is null or start > reached + 1
"""


def show_lives(connection: duckdb.DuckDBPyConnection) -> None:
    """Make ``shown_steps``, ``shown_waits``, ``shown_crises`` and ``met``.

    ``shown_steps`` and ``shown_crises`` have one row per person, provider, day and what
    happened; ``shown_waits`` one per long wait, from the first day beyond
    :data:`WAIT_DAYS` to its last; ``met`` one per contact with whom it was.

    Args:
        connection: holds the tables that exports are written from.
    """
    for statement in (_TOLD, _MET, _WAITS, _STEPS, _CRISES):
        connection.execute(statement)
