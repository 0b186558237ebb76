"""What is planted: crises and failures between services, tied to episodes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from flows.synth import services as sv
from flows.synth.columns import Columns, count_rows, stack

CRISES = (
    "custody_reception", "recall", "eviction", "rough_sleeping", "mha_detention",
    "unplanned_admission",
)  # fmt: skip
RECEPTION, RECALL, EVICTION, ROUGH, DETENTION, ADMISSION = range(6)

FAILURES = (
    "bounced_referral", "crisis_after_refusal", "crisis_while_waiting",
    "dropped_then_crisis", "release_to_street", "repeat_presentation",
    "discharge_to_nowhere", "reassessment", "chasing",
)  # fmt: skip
BOUNCED, REFUSED, WAITED, DROPPED, RELEASED = range(5)
REPEATED, DISCHARGED, REASSESSED, CHASED, UNPROMPTED = range(5, 10)

_REFERS_AS = np.array(
    [
        sv.SOURCES.index(word)
        for word in (
            "housing", "outreach", "drug_service", "drug_service", "probation",
            "prison", "probation", "psychiatry",
        )
    ]
)  # fmt: skip


@dataclass(frozen=True)
class Lives:
    """Episodes and plants.

    A plant has the person, the day, the failure (place in ``FAILURES``), the crisis
    (place in ``CRISES`` or -1), the service it began ``by``, and the places of the
    episode that is its ``trigger`` and of the ``episode`` that shows it.
    """

    episodes: Columns
    plants: Columns


def no_plants() -> Columns:
    """Return the empty frame of plants."""
    names = ("person", "day", "failure", "crisis", "by", "trigger", "episode")
    return {name: np.zeros(0, dtype=np.int32) for name in names}


def plant_episodes(
    lives: Lives,
    added: Columns,
    cause: int,
    *,
    trigger: np.ndarray,
    failure: np.ndarray,
    crisis: np.ndarray,
    by: np.ndarray,
) -> Lives:
    """Add episodes that came of something, and one plant for each."""
    added["cause"][:] = cause
    added["trigger"][:] = trigger
    referred = np.isin(failure, (BOUNCED, RELEASED, DISCHARGED))
    added["source"][referred] = _REFERS_AS[by[referred]]
    place = count_rows(lives.episodes) + np.arange(count_rows(added))
    grown = Lives(stack(lives.episodes, added), lives.plants)
    return plant(
        grown,
        person=added["person"],
        day=added["referral"],
        failure=failure,
        crisis=crisis,
        by=by,
        trigger=trigger,
        episode=place,
    )


def plant(lives: Lives, **values: np.ndarray) -> Lives:
    """Add plants to lives."""
    rows = {name: values[name].astype(np.int32) for name in no_plants()}
    return Lives(lives.episodes, stack(lives.plants, rows))
