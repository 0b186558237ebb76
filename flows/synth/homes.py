"""Households, and whether people have work: as far as exports carry them.

The council's cases carry a household's id alone, of its main applicant: neither how
many adults and children it has, nor who is who to whom, nor a partner who did not
apply. Two adults show only where both applied under one id, which a check asks about.
Worklessness shows in the drug returns as no paid work, and in the trust's employment
status; the other causes are the council's support needs.
"""

from __future__ import annotations

import numpy as np

from flows.synth import services as sv
from flows.synth.columns import Columns, count_rows

_TOGETHER = 0.15
_WORKLESS = 0.72


def draw_work(people: Columns, rng: np.random.Generator) -> None:
    """Say who has no work: seven in ten, more with heavier lives."""
    share = np.clip(_WORKLESS + 0.06 * people["severity"], 0.3, 0.97)
    people["workless"] = rng.random(count_rows(people)) < share


def draw_households(
    people: Columns, records: Columns, rng: np.random.Generator
) -> Columns:
    """Put one in seven pairs of applicants at one postcode together.

    Returns:
        One row per record of the council: ``record``, ``household`` (the number of its
        first record), ``adults`` with a case of their own, and ``children``.
    """
    main = (records["service"] == sv.COUNCIL) & (records["copy"] == 0)
    at = np.nonzero(main)[0]
    at = at[np.argsort(people["postcode"][records["person"][at]], kind="stable")]
    home = people["postcode"][records["person"][at]]
    pair = np.zeros(len(at), dtype=bool)
    even = np.arange(0, len(at) - 1, 2)
    pair[even] = (home[even] == home[even + 1]) & (rng.random(len(even)) < _TOGETHER)
    head = at.copy()
    head[1:][pair[:-1]] = at[:-1][pair[:-1]]
    head_of = dict(zip(records["person"][at], head, strict=True))
    every = np.nonzero(records["service"] == sv.COUNCIL)[0]
    heads = np.array([head_of[person] for person in records["person"][every]])
    children = rng.poisson(0.7, count_rows(records))
    adults = np.bincount(head, minlength=count_rows(records))
    return {
        "record": every.astype(np.int32),
        "household": records["number"][heads].astype(np.int32),
        "adults": adults[heads].astype(np.int32),
        "children": children[heads].astype(np.int32),
    }


HOUSEHOLD = """'HH' || lpad(((select any_value(household) from households
    where households.record = seen.record) + 500000)::varchar, 8, '0')"""
"""SQL of the id of a record's household, where ``seen`` is at hand."""

QUERIES = {
    "households": """
        select distinct 'HH' || lpad((household + 500000)::varchar, 8, '0')
                as household_id,
            person as true_person_id, adults as adults_count, children as children_count
        from households join records using (record)
        order by household_id, true_person_id""",
    "causes": """
        select person as true_person_id, cause from people cross join (values
            ('care_leaver'), ('debt'), ('domestic_abuse'), ('worklessness')
        ) as causes (cause)
        where case cause when 'care_leaver' then care_leaver when 'debt' then debt
            when 'domestic_abuse' then domestic_abuse else workless end
        order by person, cause""",
}
"""Truth: ``households``, one row per household and adult; ``causes``, one row per
person and structural cause."""
