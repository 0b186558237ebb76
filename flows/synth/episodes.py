"""What happens between people and services: referral, decision, wait, stay, end."""

from __future__ import annotations

import numpy as np

from flows.synth import services as sv
from flows.synth.columns import NO_DAY, Columns, count_rows, stack, take
from flows.synth.lives import YEARS

CAUSES = ("life", "bounce", "crisis", "street", "return", "reassessment")
LIFE, BOUNCE, CRISIS, STREET, RETURN, REASSESSMENT = range(6)
DAYS = ("referral", "decided", "start", "end", "changed")
WORDS = {
    "service": sv.PROVIDERS,
    "source": sv.SOURCES,
    "reason": sv.REASONS,
    "ending": sv.ENDINGS,
    "cause": CAUSES,
}

_ROUNDS = 4
_COMPLETED, _DROPPED, _CUSTODY, _DIED = range(4)
_SOURCE_ODDS = np.array([30, 16, 9, 7, 5, 6, 6, 6, 5, 3, 4, 3, 4]) / 104
# A service refers only people it knows: the sector bits each source needs.
_SOURCE_NEEDS = np.array(
    [
        0,
        0,
        sv.OFFENDS,
        sv.OFFENDS,
        sv.OFFENDS,
        sv.MENTAL,
        0,
        sv.DRUGS,
        sv.HOMELESS,
        sv.HOMELESS,
        0,
        0,
        0,
    ]
)


def make_episodes(people: Columns, rng: np.random.Generator, today: int) -> Columns:
    """Give every person at least one episode with each service that knows them.

    Args:
        people: from :func:`flows.synth.lives.make_people`.
        rng: the place's one source of chance.
        today: days since 1970 of the exports.
    """
    person, service = _list_acquaintances(people)
    first = today - 365 * YEARS
    last = np.minimum(people["death"][person], today) - 2
    day = first + ((last - first) * rng.random(len(person)) ** 1.2).astype(np.int32)
    episodes = unfold(people, person, service, day, rng, today)
    returns = sv.get_trait("returns")
    previous = episodes
    for _ in range(_ROUNDS - 1):
        over = _last_day(previous) + _draw_gap(previous, rng)
        heavier = 1 + 0.2 * people["severity"][previous["person"]]
        again = rng.random(len(over)) < returns[previous["service"]] * heavier
        again &= (previous["end"] != NO_DAY) | previous["refused"]
        again &= over < np.minimum(people["death"][previous["person"]], today)
        rows = take(previous, again)
        previous = unfold(
            people, rows["person"], rows["service"], over[again], rng, today
        )
        episodes = stack(episodes, previous)
    return episodes


def unfold(
    people: Columns,
    person: np.ndarray,
    service: np.ndarray,
    referral: np.ndarray,
    rng: np.random.Generator,
    today: int,
) -> Columns:
    """Follow referrals through decision, wait and stay, up to today or death."""
    count = len(person)
    severity = people["severity"][person]
    trait = {
        name: sv.get_trait(name)[service]
        for name in ("refuses", "cherry", "wait", "stay", "loses")
    }
    excluded = (service == sv.TRUST) & (people["combination"][person] & sv.DRUGS > 0)
    odds = trait["refuses"] + trait["cherry"] * severity + 0.1 * excluded
    refused = (rng.random(count) < np.clip(odds, 0, 0.75)) & (trait["refuses"] > 0)
    answers = np.where(trait["refuses"] > 0, rng.geometric(0.18, count), 0)
    start = referral + answers + _draw_wait(trait["wait"], rng)
    lost = rng.random(count) < trait["loses"] + 0.05 * severity
    lost &= trait["loses"] > 0
    gone = (rng.random(count) < 0.06) & (trait["wait"] > 0)
    stay = _draw_stay(trait["stay"], lost, rng)
    ending = np.where(lost | gone, _DROPPED, _draw_ending(count, rng))
    columns: Columns = {
        "person": person,
        "service": service,
        "referral": referral,
        "source": _draw_source(people["combination"][person], rng),
        "decided": referral + answers,
        "refused": refused,
        "reason": _draw_reason(severity, excluded, rng),
        "start": np.where(refused | gone, NO_DAY, start),
        "end": np.where(refused, NO_DAY, start + np.where(gone, 0, stay)),
        "ending": np.where(refused, -1, ending),
        "inpatient": _draw_inpatient(service, refused, rng),
        "bedded": rng.random(count) < 0.6,
    }
    return _stop(_complete(columns), people["death"][person], today)


def _complete(columns: Columns) -> Columns:
    """Add what only plants fill in, and make days and places small numbers."""
    count = count_rows(columns)
    columns["cause"] = np.zeros(count)
    columns["trigger"] = np.full(count, -1)
    columns["street"] = np.zeros(count, dtype=bool)
    return {
        name: values if values.dtype == bool else values.astype(np.int32)
        for name, values in columns.items()
    }


def _draw_wait(median: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return (median * rng.lognormal(0, 0.9, len(median))).astype(np.int32)


def _draw_stay(
    median: np.ndarray, lost: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    days = median * rng.lognormal(0, 0.75, len(median))
    return 3 + days * np.where(lost, 0.45, 1)


def _list_acquaintances(people: Columns) -> tuple[np.ndarray, np.ndarray]:
    known = people["services"][:, None] >> np.arange(len(sv.SERVICES)) & 1
    person, service = np.nonzero(known)
    return person.astype(np.int32), service.astype(np.int32)


def _last_day(episodes: Columns) -> np.ndarray:
    return np.where(episodes["refused"], episodes["decided"], episodes["end"])


def _draw_gap(episodes: Columns, rng: np.random.Generator) -> np.ndarray:
    dropped = episodes["ending"] == _DROPPED
    middle = np.where(dropped, 85, np.where(episodes["refused"], 120, 240))
    return (12 + middle * rng.exponential(1, len(middle))).astype(np.int32)


def _draw_ending(count: int, rng: np.random.Generator) -> np.ndarray:
    endings = np.array([_COMPLETED, 4, 5, 7])
    return rng.choice(endings, count, p=[0.78, 0.07, 0.07, 0.08])


def _draw_source(combination: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    source = rng.choice(len(sv.SOURCES), len(combination), p=_SOURCE_ODDS)
    knows = combination & _SOURCE_NEEDS[source] == _SOURCE_NEEDS[source]
    return np.where(knows, source, 0)


def _draw_reason(
    severity: np.ndarray, excluded: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Heavy lives are too complex, light ones below the threshold."""
    draw = rng.random(len(severity))
    heavy = 1 / (1 + np.exp(-1.4 * (severity - 0.4)))
    reason = np.where(draw < 0.75 * heavy, 0, np.where(draw < 0.75, 1, 3))
    reason = np.where(draw > 0.92, 4, reason)
    return np.where(excluded & (rng.random(len(draw)) < 0.35), 2, reason)


def _draw_inpatient(
    service: np.ndarray, refused: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    planned = (service == sv.TRUST) & ~refused & (rng.random(len(service)) < 0.03)
    return np.where(planned, PLANNED, 0)


PLANNED, UNPLANNED, DETAINED = 1, 2, 3
"""Values of ``inpatient``: how a stay on a ward began (0: no ward)."""


def _stop(columns: Columns, death: np.ndarray, today: int) -> Columns:
    """Take back what lies after death or after today."""
    dies = (columns["end"] > death) & (death <= today)
    columns["end"][dies] = death[dies]
    columns["ending"][dies] = _DIED
    late = columns["start"] > np.minimum(death, today)
    columns["start"][late] = NO_DAY
    open_still = columns["end"] > today
    columns["end"][open_still] = NO_DAY
    columns["ending"][open_still] = -1
    pending = columns["decided"] > np.minimum(death, today)
    columns["refused"][pending] = False
    for name in ("decided", "start"):
        columns[name][pending] = NO_DAY
    columns["reason"][~columns["refused"]] = -1
    return columns


class Spans:
    """Finds, for a person and a day, the service's episodes around that day."""

    def __init__(self, episodes: Columns, service: int) -> None:
        """Sort the referrals to one service by person and day."""
        rows = np.nonzero(episodes["service"] == service)[0]
        keys = _key(episodes["person"][rows], episodes["referral"][rows])
        order = np.argsort(keys, kind="stable")
        self.keys, self.rows, self.episodes = keys[order], rows[order], episodes

    def find_last(self, person: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Return the last episode that began on or before the day, or -1."""
        after = np.searchsorted(self.keys, _key(person, day), "right")
        return self._at(after - 1, person)

    def find_next(self, person: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Return the first episode that began after the day, or -1."""
        return self._at(np.searchsorted(self.keys, _key(person, day), "right"), person)

    def _at(self, place: np.ndarray, person: np.ndarray) -> np.ndarray:
        if count_rows({"rows": self.rows}) == 0:
            return np.full(len(person), -1)
        row = self.rows[np.clip(place, 0, len(self.rows) - 1)]
        inside = (place >= 0) & (place < len(self.rows))
        return np.where(inside & (self.episodes["person"][row] == person), row, -1)


def _key(person: np.ndarray, day: np.ndarray) -> np.ndarray:
    return person.astype(np.int64) * 100_000 + day
