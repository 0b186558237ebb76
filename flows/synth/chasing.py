"""Plants contacts in which a person only asks what is happening.

Probation's contacts alone have a type that can say so. The other exports have notes,
which nobody lands, or a list of types that has no word for it.
"""

from __future__ import annotations

import numpy as np

from flows.synth import plants as pl
from flows.synth import services as sv
from flows.synth.columns import NO_DAY, Columns, count_rows, stack
from flows.synth.plants import Lives


def add_chases(
    lives: Lives, contacts: Columns, rng: np.random.Generator, today: int
) -> tuple[Lives, Columns]:
    """Let one in seven under supervision ask, once or more, what is happening."""
    rows = lives.episodes
    last = np.where(rows["end"] == NO_DAY, today, rows["end"])
    asks = (rows["service"] == sv.PROBATION) & (rows["start"] != NO_DAY)
    asks &= (last - rows["start"] > 10) & (rng.random(len(last)) < 0.15)
    order = np.repeat(np.nonzero(asks)[0], 1 + rng.poisson(0.6, asks.sum()))
    first = rows["start"][order] + 1
    day = first + ((last[order] - first) * rng.random(len(order))).astype(np.int32)
    follows = (rows["changed"][order] != NO_DAY) & (day >= rows["changed"][order])
    count = len(order)
    more = {
        "contact": np.zeros(count, dtype=np.int32),
        "episode": order.astype(np.int32),
        "visit": np.ones(count, dtype=np.int32),
        "day": day.astype(np.int32),
        "worker": np.where(follows, rows["second"][order], rows["lead"][order]),
        "attended": np.ones(count, dtype=bool),
        "u": 0.99 * rng.random(count),
        "fault": rng.random(count),
        "asks": np.ones(count, dtype=bool),
    }
    lives = pl.plant(
        lives,
        person=rows["person"][order],
        day=day,
        failure=np.full(count, pl.CHASED),
        crisis=np.full(count, -1),
        by=np.full(count, sv.PROBATION),
        trigger=order,
        episode=order,
    )
    return lives, append_contacts(contacts, more)


def append_contacts(contacts: Columns, more: Columns) -> Columns:
    """Put more contacts behind others, numbered on from them."""
    first = contacts["contact"].max(initial=100_000) + 1
    more["contact"] = first + np.arange(count_rows(more), dtype=np.int32)
    return stack(contacts, more)
