"""Make lives consistent: custody interrupts, nobody is in one place twice."""

from __future__ import annotations

import numpy as np

from flows.synth import plants as pl
from flows.synth import services as sv
from flows.synth.columns import NO_DAY, Columns, count_rows, take
from flows.synth.episodes import Spans
from flows.synth.plants import Lives

_NEVER = np.int32(2**30)
_GROUPS = 8


def interrupt_by_custody(episodes: Columns, rng: np.random.Generator) -> None:
    """End two thirds of the episodes that a prison reception falls into."""
    spans = Spans(episodes, sv.PRISON)
    booking = spans.find_next(episodes["person"], episodes["referral"])
    day = episodes["referral"][booking]
    service = episodes["service"]
    hit = (booking >= 0) & (day < _get_end(episodes)) & ~episodes["refused"]
    hit &= (service != sv.PRISON) & (service != sv.PROBATION)
    hit &= (episodes["inpatient"] == 0) & (rng.random(len(day)) < 0.65)
    # Before a decision there is nothing to end.
    hit &= (episodes["decided"] != NO_DAY) & (day > episodes["decided"])
    episodes["end"][hit] = day[hit]
    episodes["ending"][hit] = sv.ENDINGS.index("custody")
    episodes["start"][hit & (episodes["start"] > episodes["end"])] = NO_DAY


def drop_overlaps(lives: Lives, evictions: Columns) -> tuple[Lives, Columns]:
    """Drop episodes that begin while the same service still has the person.

    Mental health referrals may overlap: an admission comes on top of the community.
    """
    kept = np.arange(count_rows(lives.episodes))
    while True:
        rows = take(lives.episodes, kept)
        late = _find_overlaps(rows)
        if not late.any():
            break
        kept = kept[~late]
    places = np.full(count_rows(lives.episodes), -1, dtype=np.int32)
    places[kept] = np.arange(len(kept))
    episodes = take(lives.episodes, kept)
    episodes["trigger"] = _follow(places, episodes["trigger"])
    plants = dict(lives.plants)
    for name in ("trigger", "episode"):
        plants[name] = _follow(places, plants[name])
    evictions = {**evictions, "case": _follow(places, evictions["case"])}
    lasting = _get_end(episodes)[evictions["case"]] >= evictions["end"]
    evictions = take(evictions, (evictions["case"] >= 0) & lasting)
    return Lives(episodes, plants), evictions


def check_plants(lives: Lives, evictions: Columns) -> Lives:
    """Keep what still shows: a trigger or crisis may have gone with a later change."""
    episodes, plants = lives.episodes, lives.plants
    shown = plants["episode"] >= 0
    evicted = np.isin(plants["episode"], evictions["case"])
    plants = take(plants, shown & ((plants["crisis"] != pl.EVICTION) | evicted))
    after = plants["day"][:, None] - _get_trigger_days(episodes, plants)
    at = plants["trigger"]
    waited = (after[:, 2] > 28) & (after[:, 3] <= 0) & ~episodes["refused"][at]
    dropped = episodes["ending"][at] == sv.ENDINGS.index("dropped_out")
    holds = np.select(
        [plants["failure"] == failure for failure in range(pl.RELEASED + 1)],
        [
            episodes["refused"][at] & (after[:, 0] > 0) & (after[:, 0] <= 60),
            episodes["refused"][at] & (after[:, 0] > 0) & (after[:, 0] <= 90),
            waited,
            dropped & (after[:, 1] > 0) & (after[:, 1] <= 90),
            (after[:, 1] >= 0) & (after[:, 1] <= 28),
        ],
        False,
    )
    holds &= at >= 0
    plants["failure"] = np.where(holds, plants["failure"], pl.UNPROMPTED)
    for name in ("trigger", "by"):
        plants[name] = np.where(holds, plants[name], -1)
    return Lives(episodes, take(plants, holds | (plants["crisis"] >= 0)))


def mark(lives: Lives) -> None:
    """Note what later steps ask: recalls, first nights out, each episode's place."""
    episodes, plants = lives.episodes, lives.plants
    count = count_rows(episodes)
    episodes["episode"] = np.arange(count, dtype=np.int32)
    episodes["recalled"] = np.zeros(count, dtype=bool)
    episodes["recalled"][plants["episode"][plants["crisis"] == pl.RECALL]] = True
    spans = Spans(episodes, sv.LANTERN)
    before = spans.find_last(episodes["person"], episodes["referral"] - 1)
    end = episodes["end"][before]
    away = (end != NO_DAY) & (episodes["referral"] - end > 90)
    episodes["first_night"] = (before < 0) | away


def _get_end(episodes: Columns) -> np.ndarray:
    end = np.where(episodes["refused"], episodes["decided"], episodes["end"])
    return np.where(end == NO_DAY, _NEVER, end)


def _find_overlaps(episodes: Columns) -> np.ndarray:
    group = episodes["person"].astype(np.int64) * _GROUPS + episodes["service"]
    order = np.lexsort((episodes["cause"], episodes["referral"], group))
    same = np.diff(group[order], prepend=-1) == 0
    end = _get_end(episodes)[order]
    late = np.zeros(len(order), dtype=bool)
    late[1:] = same[1:] & (episodes["referral"][order][1:] <= end[:-1])
    late &= episodes["service"][order] != sv.TRUST
    found = np.zeros(len(order), dtype=bool)
    found[order] = late
    return found


def _follow(places: np.ndarray, old: np.ndarray) -> np.ndarray:
    return np.where(old >= 0, places[old], -1).astype(np.int32)


def _get_trigger_days(episodes: Columns, plants: Columns) -> np.ndarray:
    """Return the trigger's days of decision, end, decision again, start."""
    rows = take(episodes, plants["trigger"])
    start = np.where(rows["start"] == NO_DAY, _get_end(rows), rows["start"])
    days = (rows["decided"], rows["end"], rows["decided"], start)
    return np.stack(days, axis=1).astype(np.int64)
