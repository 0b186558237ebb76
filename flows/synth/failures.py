"""The truth about failure demand: every event of true lives that matches a rule.

Planted or come about by chance, but only what the exports can show; what they cannot is
listed in :mod:`flows.synth.shown`. How the rules are read here:

- One row per rule and event. Where several earlier steps match, the nearest is its
  origin; of two on one day, the provider whose name comes first.
- Windows count whole days and include their last. An event must come after its origin,
  except that the day of discharge itself counts.
- A person presents with a referral. An order of probation and a reception into custody
  are not chosen by anybody who presents; outreach finds people, so its contacts present
  nothing but a night spent rough. A referral that opens an admission is a referral.
- Leaving is any end of a stay but death: in prison, on a ward, in drug treatment.
- A night that is a crisis (the first after 90 days without) is an event of that kind
  alone; the nights after it are contacts.
- Waiting lasts up to and including the day it ends; its origin date is the first day
  beyond 28.
- An assessment is a drug service's profile at the start, the first meeting of Stepping
  Stones, or the trust's questionnaire; a triage is none. A reassessment originates with
  the later assessor, and its origin date is that of the earlier assessment.
- Chasing shows in probation's contacts alone, and no field says about which service the
  person asks: it originates at the service that is asked.
"""

from __future__ import annotations

import duckdb

from flows.synth import plants as pl
from flows.synth import services as sv
from flows.synth.shown import show_lives

_RULES = {
    pl.BOUNCED: "bounced_referral",
    pl.REFUSED: "crisis_after_refusal",
    pl.WAITED: "crisis_after_refusal",
    pl.DROPPED: "dropped_then_crisis",
    pl.RELEASED: "discharge_to_nowhere",
    pl.REPEATED: "repeat_presentation",
    pl.DISCHARGED: "discharge_to_nowhere",
    pl.REASSESSED: "reassessment",
    pl.CHASED: "chasing",
}

_SECTORS = ", ".join(str((row.name, row.sector)) for row in sv.SERVICES)

_HOMELESS = """
    select *, 'referral' as kind from shown_steps
    where step = 'referral' and provider = 'fernshire_council'
    union all
    select nights.*, case when first.day is null then 'contact' else 'crisis' end
    from (from shown_steps where step = 'night') as nights
    left join (from shown_crises where kind = 'rough_sleeping') as first
        using (person, provider, day)
"""

_FOUND = {
    "repeat_presentation": f"""
        select later.*, 'referral' as kind, earlier.provider as origin,
            earlier.day as origin_day
        from shown_steps as later
        join shown_steps as earlier using (person)
        join (values {_SECTORS}) as one (provider, sector)
            on one.provider = later.provider
        join (values {_SECTORS}) as other (provider, sector)
            on other.provider = earlier.provider and other.sector = one.sector
        where later.step = 'referral' and earlier.step = 'unplanned_closure'
            and later.day - earlier.day between 1 and 90""",
    "bounced_referral": """
        select later.*, 'referral', earlier.provider, earlier.day
        from shown_steps as later join shown_steps as earlier using (person)
        where later.step = 'referral' and earlier.step = 'rejection'
            and later.day - earlier.day between 1 and 60""",
    "discharge_to_nowhere": f"""
        select homeless.*, earlier.provider, earlier.day
        from ({_HOMELESS}) as homeless join shown_steps as earlier using (person)
        where earlier.step = 'discharge'
            and homeless.day - earlier.day between 0 and 28""",
    "crisis_after_refusal": """
        select person, crisis.provider, 'crisis', crisis.day, 'crisis',
            earlier.provider, earlier.day
        from shown_crises as crisis
        join (
            select person, provider, day, day + 1 as opens, day + 90 as until
            from shown_steps where step = 'rejection'
            union all
            select person, provider, day, day, until from shown_waits
        ) as earlier using (person)
        where crisis.day between earlier.opens and earlier.until""",
    "dropped_then_crisis": """
        select person, crisis.provider, 'crisis', crisis.day, 'crisis',
            earlier.provider, earlier.day
        from shown_crises as crisis join shown_steps as earlier using (person)
        where earlier.step = 'closure_after_non_attendance'
            and crisis.day - earlier.day between 1 and 90""",
    "reassessment": """
        select later.*, 'assessment', later.provider, earlier.day
        from shown_steps as later join shown_steps as earlier using (person, step)
        where step = 'assessment' and later.provider <> earlier.provider
            and later.day - earlier.day between 1 and 90""",
    "chasing": """
        select *, 'contact', provider, day from shown_steps where step = 'chase'""",
}  # fmt: skip

_FAILURES = """
    create or replace table failures as
    select rule, person, kind, day, provider, origin, origin_day,
        planted.person is not null as is_planted
    from ({found}) as found
    left join (
        select distinct rule, person, day
        from bare_plants join (values {rules}) as rules (failure, rule) using (failure)
    ) as planted using (rule, person, day)
    qualify row_number() over (
        partition by rule, person, kind, day, provider
        order by origin_day desc, origin) = 1
"""

QUERY = """
    select rule, person as true_person_id, kind as event_kind, day as event_date,
        provider as presenting_provider, origin as origin_provider,
        origin_day as origin_date, is_planted
    from failures
    order by rule, true_person_id, event_date, event_kind, presenting_provider"""
"""Writes the table ``failures`` as its truth file."""


def store_failures(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table ``failures``.

    Args:
        connection: holds the tables that exports are written from, and ``bare_plants``:
            person, day and failure (a place in ``plants.FAILURES``) of what was
            planted.
    """
    show_lives(connection)
    found = " union all ".join(
        f"select '{rule}' as rule, * from ({query})" for rule, query in _FOUND.items()
    )
    rules = ", ".join(str(row) for row in _RULES.items())
    connection.execute(_FAILURES.format(found=found, rules=rules))
