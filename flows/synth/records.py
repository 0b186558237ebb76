"""Person records: what each provider calls a person, sometimes twice."""

from __future__ import annotations

import numpy as np

from flows.synth import services as sv
from flows.synth.columns import Columns, count_rows

MAIN, SECOND, DELETED = range(3)
"""Values of ``copy``: the record, its duplicate in use, its duplicate deleted since."""

_COPIES = 4
_SECOND_SHARE = 0.06
_DELETED_SHARE = 0.012


def make_records(
    people: Columns, episodes: Columns, rng: np.random.Generator
) -> Columns:
    """Give each person a record per service; write its place into the episodes.

    One in seventeen of those who came back was not recognised: the later episodes stand
    under a second record, about 2 % of all. Stepping Stones keeps no records of its
    own: it uses probation's case reference number.
    """
    service = np.where(
        episodes["service"] == sv.STONES, sv.PROBATION, episodes["service"]
    )
    visit = _count_visits(episodes)
    forgotten = rng.random((len(people["person"]), len(sv.SERVICES))) < _SECOND_SHARE
    again = (visit % 2 == 1) & forgotten[episodes["person"], service]
    again &= episodes["service"] != sv.STONES
    key = _pack(episodes["person"], service, np.where(again, SECOND, MAIN))
    keys = np.unique(key)
    main = keys[
        (keys // _COPIES % len(sv.SERVICES) == sv.PROBATION) & (keys % 4 == MAIN)
    ]
    gone = main[rng.random(len(main)) < _DELETED_SHARE] + DELETED
    keys = np.sort(np.concatenate([keys, gone]))
    episodes["record"] = np.searchsorted(keys, key).astype(np.int32)
    count = len(keys)
    return {
        "record": np.arange(count, dtype=np.int32),
        "person": (keys // (_COPIES * len(sv.SERVICES))).astype(np.int32),
        "service": (keys // _COPIES % len(sv.SERVICES)).astype(np.int32),
        "copy": (keys % _COPIES).astype(np.int32),
        "number": (rng.permutation(count) + 10_001).astype(np.int32),
        **{f"u{place}": rng.random(count) for place in range(12)},
    }


def find_records(records: Columns, episodes: Columns) -> np.ndarray:
    """Return the place of the record that each episode's service first made."""
    service = np.where(
        episodes["service"] == sv.STONES, sv.PROBATION, episodes["service"]
    )
    keys = _pack(records["person"], records["service"], records["copy"])
    key = _pack(episodes["person"], service, np.full(len(service), MAIN))
    return np.searchsorted(keys, key).astype(np.int32)


def _pack(person: np.ndarray, service: np.ndarray, copy: np.ndarray) -> np.ndarray:
    return (person.astype(np.int64) * len(sv.SERVICES) + service) * _COPIES + copy


def _count_visits(episodes: Columns) -> np.ndarray:
    """Number each person's episodes with a service from 0, by day of referral."""
    group = episodes["person"].astype(np.int64) * len(sv.SERVICES) + episodes["service"]
    order = np.lexsort((episodes["referral"], group))
    first = np.diff(group[order], prepend=-1) != 0
    place = np.arange(count_rows(episodes))
    visit = np.empty(len(order), dtype=np.int32)
    visit[order] = place - np.maximum.accumulate(np.where(first, place, 0))
    return visit
