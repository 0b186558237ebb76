"""Invented names: put together from parts, with the uneven frequencies of real ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

_FORENAMES = 64  # for each sex and group, so 512 in all
_SHUFFLE = 17  # which parts meet is the same in every place; who bears them is not


@dataclass(frozen=True)
class Group:
    """One of the groups of people who share a stock of names."""

    share: float
    ethnicity: dict[str, int]
    forenames: tuple[np.ndarray, np.ndarray]
    surnames: np.ndarray
    forename_odds: np.ndarray
    surname_odds: np.ndarray


@dataclass(frozen=True)
class Names:
    """All invented names; a group holds places in these lists (female, then male)."""

    forenames: list[str]
    nicknames: list[str]
    surnames: list[str]
    groups: tuple[Group, ...]


def read_names() -> Names:
    """Put the names together from ``parts.yml``."""
    text = Path(__file__).with_name("parts.yml").read_text(encoding="utf-8")
    parts = yaml.safe_load(text)
    forenames: list[str] = []
    nicknames: list[str] = []
    surnames: list[str] = []
    groups = []
    for part in parts["groups"].values():
        sexes = tuple(
            _add_forenames(part, sex, forenames, nicknames)
            for sex in ("female", "male")
        )
        own = _combine(part["surname_onsets"], parts["surname_tails"], part["surnames"])
        places = np.arange(len(surnames), len(surnames) + len(own))
        surnames.extend(onset + tail for onset, tail in own)
        groups.append(
            Group(
                part["share"],
                part["ethnicity"],
                (sexes[0], sexes[1]),
                places,
                _weigh(_FORENAMES, part["forename_skew"]),
                _weigh(len(own), part["surname_skew"]),
            )
        )
    return Names(forenames, nicknames, surnames, tuple(groups))


def _add_forenames(
    part: dict[str, Any], sex: str, forenames: list[str], nicknames: list[str]
) -> np.ndarray:
    pairs = _combine(list(part["forename_onsets"]), part[sex], _FORENAMES)
    start = len(forenames)
    forenames.extend(onset + tail for onset, tail in pairs)
    nicknames.extend(part["forename_onsets"][onset] for onset, _ in pairs)
    return np.arange(start, len(forenames))


def _combine(onsets: list[str], tails: list[str], count: int) -> list[tuple[str, str]]:
    order = np.random.Generator(np.random.PCG64(_SHUFFLE)).permutation(
        len(onsets) * len(tails)
    )
    return [
        (onsets[place // len(tails)], tails[place % len(tails)])
        for place in order[:count].tolist()
    ]


def _weigh(count: int, skew: float) -> np.ndarray:
    """Zipf-like odds: a few common names, a long tail of rare ones."""
    odds = 1.0 / (np.arange(count) + 2.5) ** skew
    return odds / odds.sum()
