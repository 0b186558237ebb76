"""Gaps that move: waits at one service grow, at another shrink, in one area.

Demand is unmet where it is refused or waits over 28 days for a start. In the growing
area the share of begun episodes that wait 35 to 75 days goes from none in the first
quarter of the exports to nineteen in twenty in the last; in the closing area it falls
the same way. The others there start within a fortnight of the decision. An episode that
would be over before it began, a crisis, a ward stay, and what a plant hangs on keep
their days.
"""

from __future__ import annotations

import numpy as np

from flows.synth import services as sv
from flows.synth.columns import NO_DAY, Columns, count_rows
from flows.synth.episodes import CRISIS
from flows.synth.lives import YEARS
from flows.synth.plants import Lives

UNITS = 3600
"""Postcodes of one district."""
GROWING, CLOSING = (sv.MILLBROOK, 0), (sv.STONES, 0)
"""Service and district (0 is QX1) of each moving gap."""

_SHARE = 0.95
_LONG, _SHORT = (35, 76), (5, 15)


def move_gaps(
    people: Columns,
    lives: Lives,
    contacts: Columns,
    rng: np.random.Generator,
    today: int,
) -> None:
    """Move starts in both areas, and the contacts and changes of worker with them.

    No episode begins that did not, so nothing drawn before loses its place.
    """
    episodes = lives.episodes
    for (service, area), grows in ((GROWING, True), (CLOSING, False)):
        at = _find_movable(people, lives, service, area)
        first = today - 365 * YEARS
        age = np.clip((episodes["referral"][at] - first) / (365 * YEARS), 0, 1)
        late = rng.random(len(at)) < _SHARE * (age if grows else 1 - age)
        wait = np.where(
            late, rng.integers(*_LONG, len(at)), rng.integers(*_SHORT, len(at))
        )
        start = (episodes["decided"][at] + wait).astype(np.int32)
        last = _find_last_day(episodes, at, today)
        fits = start < last
        _move(episodes, contacts, at[fits], start[fits], last[fits])


def _find_movable(people: Columns, lives: Lives, service: int, area: int) -> np.ndarray:
    episodes, plants = lives.episodes, lives.plants
    lives_there = people["postcode"] // UNITS == area
    movable = (episodes["service"] == service) & (episodes["start"] != NO_DAY)
    movable &= lives_there[episodes["person"]] & (episodes["inpatient"] == 0)
    movable &= episodes["cause"] != CRISIS
    for name in ("trigger", "episode"):
        movable[plants[name][plants[name] >= 0]] = False
    return np.nonzero(movable)[0]


def _find_last_day(episodes: Columns, at: np.ndarray, today: int) -> np.ndarray:
    end = episodes["end"][at]
    return np.where(end == NO_DAY, today, end)


def _move(
    episodes: Columns,
    contacts: Columns,
    at: np.ndarray,
    start: np.ndarray,
    last: np.ndarray,
) -> None:
    """Draw the days between start and last day together, or apart, evenly."""
    count = count_rows(episodes)
    begun = episodes["start"].copy()
    pace = np.ones(count)
    pace[at] = (last - start) / np.maximum(last - begun[at], 1)
    over = np.zeros(count, dtype=np.int64)
    over[at] = last
    episodes["start"][at] = start
    moved = np.zeros(count, dtype=bool)
    moved[at] = True
    of_moved = moved[contacts["episode"]]
    row = contacts["episode"][of_moved]
    left = (over[row] - contacts["day"][of_moved]) * pace[row]
    contacts["day"][of_moved] = (over[row] - left.round()).astype(np.int32)
    changes = at[episodes["changed"][at] != NO_DAY]
    left = (over[changes] - episodes["changed"][changes]) * pace[changes]
    episodes["changed"][changes] = (over[changes] - left.round()).astype(np.int32)


QUERIES = {
    "gap_drift": f"""
        with demand as (
            select episodes.service as provider, home_postcode[:3] as area,
                date_trunc('quarter', referral)::date as quarter, refused,
                start is not null as is_begun,
                not refused and decided is not null and coalesce(
                    start, least("end", today)) - referral > 28 as is_long
            from episodes join people using (person) cross join today
            where episodes.service in (
                'fernshire_council', 'millbrook_recovery', 'tern_alcohol_service',
                'stepping_stones', 'fernshire_mental_health')
        )
        select provider, area, quarter, count(*) as referrals,
            count(*) filter (refused) as refused, count(*) filter (is_long) as waited,
            count(*) filter (is_begun) as started,
            case when provider = '{sv.PROVIDERS[GROWING[0]]}' and area = 'QX1'
                then 'growing'
            when provider = '{sv.PROVIDERS[CLOSING[0]]}' and area = 'QX1'
                then 'closing' else 'none' end as planted
        from demand group by all order by provider, area, quarter""",
    "acceptance": f"""
        with traits (provider, refuses, cherry) as (
            values {", ".join(
                str((service.name, service.refuses, service.cherry))
                for service in sv.SERVICES if service.refuses
            )}
        ),
        quarters as (
            select person, severity, combination,
                ntile(4) over (order by severity, person) as severity_quarter
            from people
        )
        select provider, severity_quarter, count(*) as referrals,
            count(*) filter (not refused) as accepted,
            avg(1 - least(greatest(refuses + cherry * severity + case
                when provider = 'fernshire_mental_health' and combination & 2 > 0
                then 0.1 else 0 end, 0), 0.75)) as planted_share
        from episodes join quarters using (person)
        join traits on traits.provider = episodes.service
        where decided is not null and cause <> 'crisis'
        group by all order by provider, severity_quarter""",
}  # fmt: skip
"""Truth: ``gap_drift``, one row per provider, area and quarter; ``acceptance``, one row
per provider that refuses and quarter of people by severity (4 the heaviest)."""
