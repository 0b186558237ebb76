"""The eight invented services: how each refuses, makes wait, keeps and loses people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SECTORS = ("homelessness", "drugs", "offending", "mental_health")
HOMELESS, DRUGS, OFFENDS, MENTAL = 1, 2, 4, 8
"""Bits of a person's combination of sectors, in the order of ``SECTORS``."""

SOURCES = (
    "self", "gp", "probation", "prison", "police", "psychiatry", "hospital",
    "drug_service", "housing", "outreach", "social_services", "family", "other",
)  # fmt: skip
REASONS = (
    "too_complex", "below_threshold", "substance_use", "no_local_connection",
    "incomplete",
)  # fmt: skip
ENDINGS = (
    "completed", "dropped_out", "custody", "died", "moved", "other", "recalled",
    "referred_on",
)  # fmt: skip


@dataclass(frozen=True)
class Service:
    """One provider's manners.

    Args:
        name: its folder among the providers.
        sector: place in ``SECTORS``.
        refuses: share of referrals refused, for a person of middling severity.
        cherry: how much that share grows with each step of severity.
        wait: median days from decision to start; 0 starts on the day of referral.
        stay: median days from start to end.
        loses: share of stays that end because the person stopped coming.
        returns: chance of one more referral after each.
        gap: days between contacts; 0 where no contacts are exported.
        caseload: people for each worker.
    """

    name: str
    sector: int
    refuses: float
    cherry: float
    wait: float
    stay: float
    loses: float
    returns: float
    gap: float
    caseload: int


SERVICES = (
    Service("fernshire_council", 0, 0.26, 0.07, 12, 130, 0.22, 0.38, 0, 60),
    Service("lantern_outreach", 0, 0.0, 0.0, 0, 45, 0.3, 0.45, 9, 40),
    Service("millbrook_recovery", 1, 0.1, 0.05, 11, 190, 0.3, 0.42, 21, 45),
    Service("tern_alcohol_service", 1, 0.12, 0.06, 16, 120, 0.26, 0.3, 0, 45),
    Service("fernshire_probation", 2, 0.0, 0.0, 0, 330, 0.0, 0.3, 24, 50),
    Service("hmp_larkmoor", 2, 0.0, 0.0, 0, 85, 0.0, 0.35, 0, 200),
    Service("stepping_stones", 2, 0.08, 0.05, 14, 110, 0.28, 0.15, 0, 40),
    Service("fernshire_mental_health", 3, 0.19, 0.06, 34, 140, 0.24, 0.42, 23, 35),
)
PROVIDERS = tuple(service.name for service in SERVICES)
COUNCIL, LANTERN, MILLBROOK, TERN, PROBATION, PRISON, STONES, TRUST = range(8)


def get_trait(name: str) -> np.ndarray:
    """Return one trait of every service, by the service's place."""
    return np.array([getattr(service, name) for service in SERVICES])
