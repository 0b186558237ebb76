"""Workers, and the dated contacts they have with people."""

from __future__ import annotations

import numpy as np

from flows.synth import services as sv
from flows.synth.columns import NO_DAY, Columns, take

_MOST = 60


def add_workers(
    episodes: Columns, rng: np.random.Generator, among: Columns | None = None
) -> None:
    """Give each episode a lead worker, and a third of the begun ones a change.

    A change comes twice as often where the person then stopped coming. There are as
    many workers as the caseload needs, which ``among`` has if these are only a part.
    """
    service, count = episodes["service"], len(episodes["service"])
    everybody = (episodes if among is None else among)["service"]
    caseload = np.bincount(everybody, minlength=len(sv.SERVICES))
    staff = np.maximum(3, caseload // sv.get_trait("caseload"))[service]
    lead = (rng.random(count) * staff).astype(np.int32)
    episodes["lead"] = lead
    other = lead + 1 + (rng.random(count) * 2).astype(np.int32)
    episodes["second"] = (other % staff).astype(np.int32)
    dropped = episodes["ending"] == sv.ENDINGS.index("dropped_out")
    leaves = rng.random(count) < np.where(dropped, 0.5, 0.25)
    leaves &= episodes["start"] != NO_DAY
    after = 20 + (90 * rng.exponential(1, count)).astype(np.int32)
    changed = np.where(leaves, episodes["start"] + after, NO_DAY)
    episodes["changed"] = changed.astype(np.int32)
    for place in range(6):
        episodes[f"u{place}"] = rng.random(count)


def make_contacts(
    people: Columns, episodes: Columns, rng: np.random.Generator, today: int
) -> Columns:
    """Invent contacts from the first day of each begun episode to its last.

    People whose episode ends because they stopped coming miss the last two; heavier
    lives and a change of worker make missing more likely.
    """
    gap = sv.get_trait("gap")
    begun = (episodes["start"] != NO_DAY) & (gap[episodes["service"]] > 0)
    places = np.nonzero(begun)[0].astype(np.int32)
    rows = take(episodes, begun)
    last = np.where(rows["end"] == NO_DAY, today, rows["end"])
    days = last - rows["start"]
    pace = gap[rows["service"]] * rng.uniform(0.6, 1.7, len(days))
    count = np.minimum(1 + (days / pace).astype(np.int32), _MOST)
    episode = np.repeat(np.arange(len(days)), count)
    number = np.arange(len(episode)) - np.repeat(np.cumsum(count) - count, count)
    step = (days / np.maximum(count, 1))[episode]
    drift = np.where(number > 0, rng.uniform(-0.4, 0.4, len(episode)), 0)
    day = rows["start"][episode] + ((number + drift) * step).astype(np.int32)
    changed = rows["changed"][episode]
    follows = (changed != NO_DAY) & (day >= changed)
    missed = 0.16 + 0.05 * people["severity"][rows["person"][episode]] + 0.05 * follows
    attended = rng.random(len(episode)) > missed
    left = count[episode] - number
    dropped = rows["ending"][episode] == sv.ENDINGS.index("dropped_out")
    attended &= ~(dropped & (left <= 2) & (number > 0))
    return {
        "contact": np.arange(len(episode), dtype=np.int32) + 100_001,
        "episode": places[episode],
        "visit": number.astype(np.int32),
        "day": day.astype(np.int32),
        "worker": np.where(follows, rows["second"][episode], rows["lead"][episode]),
        "attended": attended | (number == 0),
        "u": rng.random(len(episode)),
        "fault": rng.random(len(episode)),
        "asks": np.zeros(len(episode), dtype=bool),
    }
