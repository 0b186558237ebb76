"""What people are asked, as data: see ``review.yml`` for what each number means."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from flows.contracts import Strict, parse_model, read_yaml

FOLDER = Path(__file__).parent


class ReviewPolicy(Strict):
    """How the queue is made and what is told; weights are bits (log2 odds)."""

    band: tuple[float, float]
    sample_bands: tuple[float, ...]
    sample_per_band: int
    second_share: float
    fewest_answers: int
    strengths: dict[str, float]
    frequency_told: float


@lru_cache
def load_review_policy() -> ReviewPolicy:
    """Load the review policy.

    Raises:
        MappingError: a key is missing, unknown or of the wrong kind.
    """
    path = FOLDER / "review.yml"
    return parse_model(ReviewPolicy, read_yaml(path), path)
