"""What somebody asks of linking a table, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Asked:
    """What somebody asked for.

    Attributes:
        inputs: the files.
        columns: the map, or None to guess it from the headings.
        model: a model that was trained before, or None to fit one on the spot.
        threshold_weight: match weight from which two records are one person.
        link: ``within``, ``between`` or ``both``; empty: as the map says.
        one_to_one: at most one partner in each other source; None: as the map says.
        seed: draws the random pairs.
        memory: what DuckDB may use, such as ``4GB``; empty: its own default.
    """

    inputs: list[Path]
    columns: Path | None = None
    model: Path | None = None
    threshold_weight: float | None = None
    link: str = ""
    one_to_one: bool | None = None
    seed: int = 1
    memory: str = ""


@dataclass
class Linked:
    """What came of it: counts, and remarks in words; no value from a row."""

    records: int = 0
    sources: int = 0
    persons: int = 0
    linked_records: int = 0
    largest: int = 0
    pairs: int = 0
    edges: int = 0
    rules: int = 0
    rules_left_out: int = 0
    values_left_out: int = 0
    rebuilt: int = 0
    link: str = ""
    is_guessed: bool = False
    one_to_one: bool = False
    same_pairs: int = 0
    random_pairs: int = 0
    model: str = ""
    compared: dict[str, str] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    seconds: float = 0.0
