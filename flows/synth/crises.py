"""Crises, and the failures between services that come before them, planted."""

from __future__ import annotations

import numpy as np

from flows.synth import plants as pl
from flows.synth import services as sv
from flows.synth.columns import NO_DAY, Columns, count_rows, take
from flows.synth.episodes import (
    BOUNCE,
    CRISIS,
    DETAINED,
    STREET,
    UNPLANNED,
    Spans,
    unfold,
)
from flows.synth.lives import YEARS
from flows.synth.plants import Lives

_ODDS = np.array([0.25, 0.3, 0.45, 0.24, 0.08, 0.12])
_SEEN_BY = np.array(
    [sv.PRISON, sv.PRISON, sv.COUNCIL, sv.LANTERN, sv.TRUST, sv.TRUST], dtype=np.int32
)
_TAKES_REFERRALS = (sv.COUNCIL, sv.MILLBROOK, sv.TERN, sv.STONES, sv.TRUST)


def add_bounces(
    people: Columns, episodes: Columns, rng: np.random.Generator, today: int
) -> Lives:
    """Send nearly half of the refused on to another door within 45 days."""
    refused = np.nonzero(episodes["refused"])[0]
    refused = refused[rng.random(len(refused)) < 0.45]
    rows = take(episodes, refused)
    day = (rows["decided"] + rng.integers(2, 46, len(refused))).astype(np.int32)
    target = _pick_door(people["services"][rows["person"]], rows["service"], rng)
    kept = day < np.minimum(people["death"][rows["person"]], today) - 1
    kept &= find_free(episodes, rows["person"], target, day)
    added = unfold(people, rows["person"][kept], target[kept], day[kept], rng, today)
    return pl.plant_episodes(
        Lives(episodes, pl.no_plants()),
        added,
        BOUNCE,
        trigger=refused[kept],
        failure=np.full(kept.sum(), pl.BOUNCED),
        crisis=np.full(kept.sum(), -1),
        by=rows["service"][kept],
    )


def add_crises(
    people: Columns, lives: Lives, rng: np.random.Generator, today: int
) -> tuple[Lives, Columns]:
    """Add crises after refusals, waits, drop-outs and out of nothing.

    Returns:
        The lives with their new episodes, and evictions: rows of ``case`` (the place of
        a council episode), ``start`` and ``end``.
    """
    moments = _list_moments(people, lives.episodes, rng, today)
    moments["crisis"] = _pick_crisis(people, moments["person"], rng)
    alive = moments["day"] < people["death"][moments["person"]]
    alive &= (moments["crisis"] >= 0) & (moments["day"] <= today)
    moments = take(moments, alive)
    evicted = moments["crisis"] == pl.EVICTION
    lives, evictions = _evict(lives, take(moments, evicted), rng)
    moments = take(moments, ~evicted)
    _recall(lives.episodes, moments)
    service = _SEEN_BY[moments["crisis"]]
    free = find_free(lives.episodes, moments["person"], service, moments["day"])
    moments = take(moments, free)
    added = unfold(people, moments["person"], service[free], moments["day"], rng, today)
    _make_urgent(added, moments, np.minimum(people["death"], today), rng)
    crises = {name: moments[name] for name in ("trigger", "failure", "crisis", "by")}
    return pl.plant_episodes(lives, added, CRISIS, **crises), evictions


def add_street_releases(
    people: Columns, lives: Lives, rng: np.random.Generator, today: int
) -> Lives:
    """Let a third of homeless prisoners leave the gate with nowhere to go."""
    episodes = lives.episodes
    services = people["services"][episodes["person"]]
    housing = services & (1 << sv.COUNCIL | 1 << sv.LANTERN) > 0
    released = (episodes["service"] == sv.PRISON) & (episodes["end"] != NO_DAY)
    released &= people["death"][episodes["person"]] > episodes["end"] + 30
    draw = rng.random(len(services))
    episodes["street"] = released & (draw < np.where(housing, 0.36, 0.08))
    rows = np.nonzero(episodes["street"] & housing)[0]
    sleeps = (services[rows] >> sv.LANTERN & 1) > 0
    target = np.where(sleeps, sv.LANTERN, sv.COUNCIL).astype(np.int32)
    day = episodes["end"][rows] + rng.integers(0, 21, len(rows)).astype(np.int32)
    person = episodes["person"][rows]
    free = (day < today) & find_free(episodes, person, target, day)
    added = unfold(people, person[free], target[free], day[free], rng, today)
    added["bedded"][:] = True
    count = int(free.sum())
    return pl.plant_episodes(
        lives,
        added,
        STREET,
        trigger=rows[free],
        failure=np.full(count, pl.RELEASED),
        crisis=np.full(count, -1),
        by=np.full(count, sv.PRISON),
    )


def _pick_door(
    services: np.ndarray, refused_by: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Pick another service that knows the person, or else the same door again."""
    doors = np.array(_TAKES_REFERRALS)
    open_to = (services[:, None] >> doors & 1) * rng.random((len(services), len(doors)))
    open_to[doors[None, :] == refused_by[:, None]] *= 0.0001
    return doors[np.argmax(open_to, axis=1)].astype(np.int32)


def find_free(
    episodes: Columns, person: np.ndarray, service: np.ndarray, day: np.ndarray
) -> np.ndarray:
    """Say where the service neither has the person nor is about to.

    Outreach must not have met them for 90 days: only then is a night a first night.
    """
    free = np.zeros(len(person), dtype=bool)
    for place in range(len(sv.SERVICES)):
        rows = np.nonzero(service == place)[0]
        spans = Spans(episodes, place)
        before = spans.find_last(person[rows], day[rows])
        after = spans.find_next(person[rows], day[rows])
        quiet = 90 if place == sv.LANTERN else 0
        refused = episodes["refused"][before]
        ended = np.where(refused, episodes["decided"][before], episodes["end"][before])
        over = (ended != NO_DAY) & (ended + quiet < day[rows])
        ahead = episodes["referral"][after] > day[rows] + 40
        free[rows] = ((before < 0) | over) & ((after < 0) | ahead)
    return free


def _list_moments(
    people: Columns, episodes: Columns, rng: np.random.Generator, today: int
) -> Columns:
    """List who comes to which edge when, and which failure brought them there."""
    soon = rng.integers(4, 86, count_rows(episodes))
    draw = rng.random(count_rows(episodes))
    begun = episodes["start"] != NO_DAY
    waited_to = np.where(begun, episodes["start"], today)
    waiting = begun | ((episodes["decided"] != NO_DAY) & (episodes["end"] == NO_DAY))
    waiting &= ~episodes["refused"] & (waited_to - episodes["decided"] > 31)
    dropped = (episodes["ending"] == sv.ENDINGS.index("dropped_out")) & begun
    parts = [
        (pl.REFUSED, episodes["refused"] & (draw < 0.34), episodes["decided"] + soon),
        (pl.DROPPED, dropped & (draw < 0.3), episodes["end"] + soon),
        (pl.WAITED, waiting & (draw < 0.12), waited_to - 2),
    ]
    moments = [
        (episodes["person"][mask], day[mask], np.full(mask.sum(), failure),
         episodes["service"][mask], np.nonzero(mask)[0])
        for failure, mask, day in parts
    ]  # fmt: skip
    count = rng.poisson(0.22 * np.exp(0.4 * people["severity"]))
    person = np.repeat(people["person"], count)
    day = today - rng.integers(5, 365 * YEARS, len(person))
    nothing = np.full(len(person), -1)
    moments.append((person, day, np.full(len(person), pl.UNPROMPTED), nothing, nothing))
    names = ("person", "day", "failure", "by", "trigger")
    return {
        name: np.concatenate([part[place] for part in moments]).astype(np.int32)
        for place, name in enumerate(names)
    }


def _pick_crisis(
    people: Columns, person: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Pick a crisis that some service would see, or -1."""
    services = people["services"][person]
    possible = (services[:, None] >> _SEEN_BY & 1).astype(float)
    possible[:, pl.RECALL] *= services >> sv.PROBATION & 1
    possible *= _ODDS * rng.exponential(1, possible.shape)
    # Some come through unseen: more of them where fewer kinds would be noticed.
    unseen = 0.3 * rng.exponential(1, len(person))
    return np.where(possible.max(axis=1) > unseen, possible.argmax(axis=1), -1)


def _recall(episodes: Columns, moments: Columns) -> None:
    """End a live order as recalled; without one the recall is a plain reception."""
    order = Spans(episodes, sv.PROBATION).find_last(moments["person"], moments["day"])
    end = episodes["end"][order]
    live = (order >= 0) & ((end == NO_DAY) | (end > moments["day"] + 3))
    live &= episodes["referral"][order] < moments["day"] - 14
    recall = moments["crisis"] == pl.RECALL
    episodes["end"][order[recall & live]] = moments["day"][recall & live]
    episodes["ending"][order[recall & live]] = sv.ENDINGS.index("recalled")
    moments["crisis"] = np.where(recall & ~live, pl.RECEPTION, moments["crisis"])


def _evict(
    lives: Lives, moments: Columns, rng: np.random.Generator
) -> tuple[Lives, Columns]:
    """Turn people out of temporary accommodation given under a live council case."""
    episodes = lives.episodes
    case = Spans(episodes, sv.COUNCIL).find_last(moments["person"], moments["day"])
    began, ended = episodes["start"][case], episodes["end"][case]
    housed = (case >= 0) & (began != NO_DAY) & (began < moments["day"] - 14)
    housed &= (ended == NO_DAY) | (ended >= moments["day"])
    first = np.zeros(len(case), dtype=bool)
    first[np.unique(case, return_index=True)[1]] = True
    rows, case = take(moments, housed & first), case[housed & first]
    nights = rng.integers(12, 200, len(case))
    start = np.maximum(episodes["start"][case], rows["day"] - nights)
    evictions = {"case": case, "start": start, "end": rows["day"]}
    lives = pl.plant(lives, **rows, episode=case)
    return lives, {name: days.astype(np.int32) for name, days in evictions.items()}


def _make_urgent(
    added: Columns, moments: Columns, last: np.ndarray, rng: np.random.Generator
) -> None:
    """Let a crisis begin on its day: no refusal, no wait, and a short hospital stay."""
    crisis, day = moments["crisis"], moments["day"]
    added["refused"][:] = False
    added["reason"][:] = -1
    added["bedded"][:] = True
    for name in ("decided", "start"):
        added[name][:] = day
    hospital = (crisis == pl.DETENTION) | (crisis == pl.ADMISSION)
    nights = 2 + (18 * rng.lognormal(0, 0.8, len(day))).astype(np.int32)
    brief = (added["end"] <= day) | hospital
    end = np.where(brief, day + nights, added["end"])
    ongoing = end > last[added["person"]]
    added["end"][:] = np.where(ongoing, NO_DAY, end)
    added["ending"][:] = np.where(ongoing | (end == NO_DAY), -1, 0)
    added["inpatient"][crisis == pl.DETENTION] = DETAINED
    added["inpatient"][crisis == pl.ADMISSION] = UNPLANNED
    added["source"][crisis == pl.DETENTION] = sv.SOURCES.index("police")
    added["source"][crisis == pl.ADMISSION] = sv.SOURCES.index("hospital")
