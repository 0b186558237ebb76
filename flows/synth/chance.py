"""Sources of chance of their own, so that a new phenomenon changes no earlier draw."""

from __future__ import annotations

import numpy as np

GAPS, GAMING, HIDDEN, PROVISION, HOUSEHOLDS, WORK, VOICES, SCORES = range(50, 58)
"""Numbers of the sources; below 50 are others'."""


def own_chance(seed: int, number: int) -> np.random.Generator:
    """Return a generator that only one phenomenon draws from.

    Args:
        seed: of the place.
        number: of the phenomenon, from 50 up.
    """
    return np.random.Generator(np.random.PCG64([seed, number]))
