"""One service games its figures, Tern: dates, contacts and successes; others do not.

At Tern three in five completed endings are dated into the last five days of a quarter
and entered 10 to 45 days later; three in four of those that lasted 31 days have no
contact in the 30 days before; and nine in ten of the endings that failed (dropped out,
or other) but were followed by a return in another sector within 180 days are called
completed. What hangs on another plant is left alone. Everywhere else endings are
entered within five days, and bunching, endings without contact and contradicted
successes are chance.

What was entered late shows in two exports: Tern sends one of the quarter before too.
"""

from __future__ import annotations

import numpy as np

from flows.synth import services as sv
from flows.synth.columns import NO_DAY, Columns, stack, take
from flows.synth.episodes import Spans
from flows.synth.plants import Lives

PACE = 18
"""Days between Tern's appointments, about."""
BUNCH_DAYS = 5
FOLLOWED_DAYS = 180
QUIET_DAYS = 31
_BUNCHED, _CONTACTLESS, _RELABELLED = 0.6, 0.75, 0.9
_COMPLETED, _DROPPED, _OTHER = (
    sv.ENDINGS.index(word) for word in ("completed", "dropped_out", "other")
)
_DRUGS = (sv.MILLBROOK, sv.TERN)


def game_outcomes(
    people: Columns, lives: Lives, rng: np.random.Generator, today: int
) -> Columns:
    """Change endings and their dates at Tern.

    Returns:
        One row per ending: ``episode``, day ``entered``, and whether it
        ``is_relabelled`` (a failure called completed), ``is_moved`` to a quarter's end,
        and ``is_contactless`` on purpose.
    """
    episodes = lives.episodes
    ended = np.nonzero(episodes["ending"] >= 0)[0].astype(np.int32)
    count = len(ended)
    free = episodes["service"][ended] == sv.TERN
    free &= episodes["start"][ended] != NO_DAY
    free &= ~np.isin(ended, lives.plants["trigger"])
    free &= ~np.isin(ended, lives.plants["episode"])
    failed = np.isin(episodes["ending"][ended], (_DROPPED, _OTHER))
    relabelled = free & failed & _is_followed(episodes, ended)
    relabelled &= rng.random(count) < _RELABELLED
    episodes["ending"][ended[relabelled]] = _COMPLETED
    target = _pick_quarter_end(episodes, ended, rng, today)
    latest = np.minimum(people["death"][episodes["person"][ended]] - 1, today)
    following = Spans(episodes, sv.TERN).find_next(
        episodes["person"][ended], episodes["referral"][ended]
    )
    again = np.where(following >= 0, episodes["referral"][following], today + 1)
    moved = free & ~failed & (episodes["ending"][ended] == _COMPLETED)
    moved &= (target > episodes["start"][ended]) & (target <= latest) & (target < again)
    moved &= rng.random(count) < _BUNCHED
    episodes["end"][ended[moved]] = target[moved]
    lasted = target - episodes["start"][ended] >= QUIET_DAYS
    lag = np.where(moved, rng.integers(10, 46, count), rng.integers(0, 6, count))
    return {
        "episode": ended,
        "entered": np.minimum(episodes["end"][ended] + lag, today).astype(np.int32),
        "is_relabelled": relabelled,
        "is_moved": moved,
        "is_contactless": moved & lasted & (rng.random(count) < _CONTACTLESS),
    }


def add_appointments(
    people: Columns,
    episodes: Columns,
    contacts: Columns,
    entries: Columns,
    rng: np.random.Generator,
    today: int,
) -> Columns:
    """Give Tern's begun episodes appointments, and put them behind all contacts."""
    begun = (episodes["service"] == sv.TERN) & (episodes["start"] != NO_DAY)
    places = np.nonzero(begun)[0].astype(np.int32)
    rows = take(episodes, begun)
    last = np.where(rows["end"] == NO_DAY, today, rows["end"])
    # Who is to be without contact is last seen 31 days before the end.
    quiet = np.isin(places, entries["episode"][entries["is_contactless"]])
    last = np.where(quiet, last - QUIET_DAYS, last)
    count = 1 + (last - rows["start"]) // PACE
    episode = np.repeat(np.arange(len(places)), count)
    visit = np.arange(len(episode)) - np.repeat(np.cumsum(count) - count, count)
    jitter = np.where(visit > 0, rng.integers(-4, 5, len(episode)), 0)
    day = np.minimum(rows["start"][episode] + visit * PACE + jitter, last[episode])
    missed = 0.1 + 0.04 * people["severity"][rows["person"][episode]]
    added = {
        "contact": np.arange(len(episode), dtype=np.int32)
        + contacts["contact"].max()
        + 1,
        "episode": places[episode],
        "visit": visit.astype(np.int32),
        "day": day.astype(np.int32),
        "worker": rows["lead"][episode],
        "attended": (rng.random(len(episode)) > missed) | (visit == 0),
        "u": rng.random(len(episode)),
        "fault": rng.random(len(episode)),
    }
    # What only other services' contacts can say, Tern's do not.
    unsaid = {
        name: np.zeros(len(episode), dtype=values.dtype)
        for name, values in contacts.items()
        if name not in added
    }
    return stack(contacts, added | unsaid)


def _is_followed(episodes: Columns, at: np.ndarray) -> np.ndarray:
    """Say which ends another sector saw the person again within 180 days of."""
    person, end = episodes["person"][at], episodes["end"][at]
    followed = np.zeros(len(at), dtype=bool)
    for service in range(len(sv.SERVICES)):
        if service in _DRUGS:
            continue
        found = Spans(episodes, service).find_next(person, end)
        after = episodes["referral"][found].astype(np.int64) - end
        followed |= (found >= 0) & (after <= FOLLOWED_DAYS)
    return followed


def _pick_quarter_end(
    episodes: Columns, at: np.ndarray, rng: np.random.Generator, today: int
) -> np.ndarray:
    """Pick a day among the last five of the end's quarter, or of the one before."""
    end = episodes["end"][at].astype("datetime64[D]")
    quarter = end.astype("datetime64[M]").astype(np.int64) // 3
    back = rng.integers(0, BUNCH_DAYS, len(at))
    own, before = (_find_first_day((quarter + step) * 3) - 1 - back for step in (1, 0))
    reachable = (own <= today) & (own - episodes["end"][at] <= 45)
    return np.where(reachable, own, before).astype(np.int32)


def _find_first_day(month: np.ndarray) -> np.ndarray:
    """Return the days since 1970 of months since 1970."""
    return month.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


THEN = """
    create table day_then as
    select (date_trunc('quarter', today) - interval 1 day)::date as today from today;
    create table episodes_then as
    select episodes.* replace (
            case when decided <= today then decided end as decided,
            refused and decided <= today as refused,
            case when refused and decided <= today then reason end as reason,
            case when start <= today then start end as start,
            case when coalesce(entered, "end") <= today then "end" end as "end",
            case when coalesce(entered, "end") <= today then ending end as ending
        )
    from episodes left join entries using (episode) cross join day_then
    where referral <= today
"""
"""Episodes as they were known at the end of the quarter before the exports'."""

QUERIES = {
    "outcomes": f"""
        with claimed as (
            select episodes.*, entries.* exclude (episode)
            from episodes join entries using (episode)
            where ending = 'completed' and start is not null
                and service not in ('lantern_outreach', 'hmp_larkmoor')
        ),
        sectors (service, sector) as (values {", ".join(
            str((service.name, sv.SECTORS[service.sector])) for service in sv.SERVICES
        )}),
        seen_again as (
            select person, sector, referral as day
            from episodes join sectors using (service)
            union all
            select person, 'crisis', day from phenomena where kind in (
                'custody_reception', 'recall', 'eviction', 'rough_sleeping',
                'mha_detention', 'unplanned_admission')
        )
        select claimed.episode as true_episode_id, claimed.person as true_person_id,
            claimed.service as provider, "end" as outcome_date, entered as entered_date,
            entered - "end" as lag_days,
            exists (from seen_again where seen_again.person = claimed.person
                and seen_again.sector <> sectors.sector and day > "end"
                and day <= "end" + {FOLLOWED_DAYS}) as is_contradicted,
            (date_trunc('quarter', "end") + interval 3 month)::date - "end"
                <= {BUNCH_DAYS} as is_bunched,
            case when claimed.service not in ('fernshire_council', 'stepping_stones')
                then not exists (from contacts where attended
                    and contacts.episode = claimed.episode
                    and day between "end" - 30 and "end") end as is_without_contact,
            is_relabelled, is_moved as is_moved_to_quarter_end, is_contactless
        from claimed join sectors using (service)
        order by true_episode_id""",
}  # fmt: skip
"""Truth: one row per outcome claimed (a completed ending that an export states). No
export of the council or Stepping Stones carries contacts: there the last is null."""
