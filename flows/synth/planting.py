"""Plants more failures between services on top of settled lives.

Each kind draws from a generator of its own, so lives without these plants stay as they
were, to the day. Everything planted here shows in an export: a person comes only to
services that know them already, and only while the service does not have them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from flows.synth import plants as pl
from flows.synth import services as sv
from flows.synth.chance import own_chance
from flows.synth.chasing import add_chases, append_contacts
from flows.synth.columns import NO_DAY, Columns, count_rows, take
from flows.synth.contacts import add_workers, make_contacts
from flows.synth.crises import find_free
from flows.synth.episodes import (
    CRISIS,
    REASSESSMENT,
    RETURN,
    STREET,
    Spans,
    unfold,
)
from flows.synth.plants import Lives
from flows.synth.records import find_records
from flows.synth.seen_drugs import PROFILE_AFTER, UNHEARD
from flows.synth.settle import mark

# What each kind adds to the place's seed.
_REPEATS, _DISCHARGES, _WAITS, _ASSESSMENTS, _CHASES, _CONTACTS = range(101, 107)

_DROPPED = sv.ENDINGS.index("dropped_out")
_DIED = sv.ENDINGS.index("died")
_CAUSES = {
    pl.REPEATED: RETURN,
    pl.DISCHARGED: STREET,
    pl.WAITED: CRISIS,
    pl.REASSESSED: REASSESSMENT,
}


@dataclass(frozen=True)
class Ground:
    """What plants stand on: the people, their records, the seed, the last day."""

    people: Columns
    records: Columns
    seed: int
    today: int

    def draw_for(self, kind: int) -> np.random.Generator:
        """Return a generator that only this kind of plant draws from."""
        return own_chance(self.seed, kind)


def add_failures(
    ground: Ground, lives: Lives, contacts: Columns
) -> tuple[Lives, Columns]:
    """Add the failures that settled lives lack, and the contacts they bring.

    Args:
        ground: what the lives were drawn from.
        lives: settled, with workers and records.
        contacts: of these lives.
    """
    settled = count_rows(lives.episodes)
    for add in (_add_repeats, _add_discharges, _add_waits, _add_reassessments):
        lives = add(ground, lives)
    mark(lives)
    added = take(lives.episodes, np.arange(settled, count_rows(lives.episodes)))
    rng = ground.draw_for(_CONTACTS)
    more = make_contacts(ground.people, added, rng, ground.today)
    more["episode"] += np.int32(settled)
    contacts = append_contacts(contacts, more)
    return add_chases(lives, contacts, ground.draw_for(_CHASES), ground.today)


def _add_repeats(ground: Ground, lives: Lives) -> Lives:
    """Let a quarter of those who stopped coming ask again within 90 days."""
    rng, rows = ground.draw_for(_REPEATS), lives.episodes
    closed = (rows["ending"] == _DROPPED) & _is_shown(ground, rows)
    closed &= np.isin(rows["service"], (sv.COUNCIL, sv.MILLBROOK, sv.TERN, sv.TRUST))
    trigger = np.nonzero(closed & (rng.random(len(closed)) < 0.25))[0]
    service = rows["service"][trigger]
    knows = ground.people["services"][rows["person"][trigger]]
    # A drinker who uses may try the other drug service.
    other = np.where(service == sv.TERN, sv.MILLBROOK, sv.TERN)
    moves = np.isin(service, (sv.MILLBROOK, sv.TERN)) & (knows >> other & 1 > 0)
    target = np.where(moves & (rng.random(len(trigger)) < 0.5), other, service)
    day = rows["end"][trigger] + rng.integers(4, 88, len(trigger))
    return _come(ground, lives, trigger, target, day, pl.REPEATED, rng)


def _add_discharges(ground: Ground, lives: Lives) -> Lives:
    """Let people leave hospital or treatment with nowhere to sleep."""
    rng, rows = ground.draw_for(_DISCHARGES), lives.episodes
    treated = np.isin(rows["service"], (sv.MILLBROOK, sv.TERN))
    share = np.where(rows["inpatient"] > 0, 0.5, np.where(treated, 0.15, 0))
    left = (rows["start"] != NO_DAY) & (rows["end"] != NO_DAY)
    left &= (rows["ending"] != _DIED) & _is_shown(ground, rows)
    left &= (rows["service"] != sv.TRUST) | (rows["inpatient"] > 0)
    trigger = np.nonzero(left & (rng.random(len(left)) < share))[0]
    knows = ground.people["services"][rows["person"][trigger]]
    sleeps = (knows >> sv.LANTERN & 1 > 0) & (rng.random(len(trigger)) < 0.5)
    target = np.where(sleeps, sv.LANTERN, sv.COUNCIL)
    day = rows["end"][trigger] + rng.integers(0, 27, len(trigger))
    return _come(ground, lives, trigger, target, day, pl.DISCHARGED, rng)


def _add_waits(ground: Ground, lives: Lives) -> Lives:
    """Let a crisis fall into waits of over 28 days that the exports can show."""
    rng, rows = ground.draw_for(_WAITS), lives.episodes
    long = (rows["start"] != NO_DAY) & (rows["start"] - rows["referral"] > 34)
    long &= np.isin(rows["service"], (sv.MILLBROOK, sv.TERN, sv.TRUST))
    long &= _is_shown(ground, rows)
    trigger = np.nonzero(long & (rng.random(len(long)) < 0.1))[0]
    first = rows["referral"][trigger] + 30
    span = rows["start"][trigger] - first
    day = first + (span * rng.random(len(trigger))).astype(np.int32)
    knows = ground.people["services"][rows["person"][trigger]]
    sleeps = knows >> sv.LANTERN & 1 > 0
    target = np.where(sleeps, sv.LANTERN, sv.PRISON)
    return _come(ground, lives, trigger, target, day, pl.WAITED, rng)


def _add_reassessments(ground: Ground, lives: Lives) -> Lives:
    """Let another provider ask it all again within 90 days of an assessment."""
    rng, rows = ground.draw_for(_ASSESSMENTS), lives.episodes
    doors = np.array([sv.MILLBROOK, sv.TERN, sv.STONES, sv.TRUST])
    asked = (rows["start"] != NO_DAY) & (rows["inpatient"] == 0)
    asked &= np.isin(rows["service"], doors) & _is_shown(ground, rows)
    trigger = np.nonzero(asked & (rng.random(len(asked)) < 0.08))[0]
    knows = ground.people["services"][rows["person"][trigger]]
    odds = (knows[:, None] >> doors & 1) * rng.random((len(trigger), len(doors)))
    odds[doors[None, :] == rows["service"][trigger][:, None]] = 0
    target = doors[np.argmax(odds, axis=1)]
    day = _get_assessed(take(rows, trigger)) + rng.integers(8, 75, len(trigger))
    kept = odds.max(axis=1, initial=0) > 0
    return _come(
        ground, lives, trigger[kept], target[kept], day[kept], pl.REASSESSED, rng
    )


def _is_shown(ground: Ground, episodes: Columns) -> np.ndarray:
    """Say of which episodes a drug service's return tells more than the client's id."""
    consents = ground.records["u11"][episodes["record"]] >= UNHEARD
    return consents | ~np.isin(episodes["service"], (sv.MILLBROOK, sv.TERN))


def _get_assessed(episodes: Columns) -> np.ndarray:
    """Return the day each begun episode's assessment is dated in the exports."""
    start, end = episodes["start"], episodes["end"]
    treats = np.isin(episodes["service"], (sv.MILLBROOK, sv.TERN))
    profile = np.where(end == NO_DAY, start, np.minimum(start + PROFILE_AFTER, end))
    return np.where(treats, profile, start)


def _come(
    ground: Ground,
    lives: Lives,
    trigger: np.ndarray,
    service: np.ndarray,
    day: np.ndarray,
    failure: int,
    rng: np.random.Generator,
) -> Lives:
    """Let people come to a service, once each, wherever it is free to have them."""
    episodes = lives.episodes
    service, day = service.astype(np.int32), day.astype(np.int32)
    person = episodes["person"][trigger]
    kept = ground.people["services"][person] >> service & 1 > 0
    kept &= day < np.minimum(ground.people["death"][person], ground.today) - 3
    kept &= find_free(episodes, person, service, day)
    once = np.zeros(len(person), dtype=bool)
    once[np.unique(np.stack([person, service]), axis=1, return_index=True)[1]] = True
    kept &= once
    trigger, person, service, day = (
        part[kept] for part in (trigger, person, service, day)
    )
    added = unfold(ground.people, person, service, day, rng, ground.today)
    added["bedded"][:] = True
    if failure == pl.REASSESSED:
        _assess(added)
    _leave_room(added, episodes)
    add_workers(added, rng, among=episodes)
    added["record"] = find_records(ground.records, added)
    for name in ("episode", "recalled", "first_night"):
        added[name] = np.zeros(len(day), dtype=episodes[name].dtype)
    seen = _is_shown(ground, added)
    added, trigger = take(added, seen), trigger[seen]
    crisis = np.where(added["service"] == sv.LANTERN, pl.ROUGH, pl.RECEPTION)
    planted = pl.plant_episodes(
        lives,
        added,
        _CAUSES[failure],
        trigger=trigger,
        failure=np.full(len(trigger), failure),
        crisis=crisis if failure == pl.WAITED else np.full(len(trigger), -1),
        by=episodes["service"][trigger],
    )
    if failure == pl.REASSESSED:
        plants = planted.plants
        plants["day"][len(plants["day"]) - len(trigger) :] = _get_assessed(added)
    return planted


def _assess(added: Columns) -> None:
    """Let an assessment come at once and be the beginning of a stay."""
    added["refused"][:] = False
    added["reason"][:] = -1
    for name in ("decided", "start"):
        added[name][:] = added["referral"]
    added["inpatient"][:] = 0


def _leave_room(added: Columns, episodes: Columns) -> None:
    """End a stay before the same service has the person again."""
    for service in range(len(sv.SERVICES)):
        rows = np.nonzero(added["service"] == service)[0]
        person, day = added["person"][rows], added["referral"][rows]
        ahead = Spans(episodes, service).find_next(person, day)
        limit = episodes["referral"][ahead] - 1
        late = (ahead >= 0) & ~added["refused"][rows]
        late &= added["decided"][rows] != NO_DAY
        late &= (added["end"][rows] == NO_DAY) | (added["end"][rows] > limit)
        rows, limit = rows[late], limit[late]
        added["ending"][rows] = sv.ENDINGS.index("completed")
        added["end"][rows] = limit
        for name in ("decided", "start"):
            added[name][rows] = np.minimum(added[name][rows], limit)
