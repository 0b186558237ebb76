"""Invents a place, Fernshire: lives first, then what each provider exports of them.

Nobody here exists. Every person is known to at least one of the eight providers, so
``people`` is the number the providers know between them, not a whole population.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from flows.errors import SettingsError
from flows.paths import Place
from flows.synth import (
    seen_drugs,
    seen_homelessness,
    seen_mental_health,
    seen_prison,
    seen_probation,
    seen_rehabilitation,
)
from flows.synth.stage import build_place
from flows.synth.write import write_export

_SEEN = (
    seen_homelessness, seen_drugs, seen_probation, seen_prison, seen_rehabilitation,
    seen_mental_health,
)  # fmt: skip

_README = """Fernshire does not exist. This place and everyone in it is invented: names
are put together from syllables, NHS numbers are of the test range, postcodes are of no
real area.

Made from {people} people, seed {seed}, as of {today}.
landing/  what eight invented providers would export
truth/    who is who, and what was planted; the pipeline never reads it
"""


@dataclass(frozen=True)
class PlaceSummary:
    """What was made.

    Args:
        people: invented people, each known to at least one provider.
        seed: the number everything was drawn from.
        today: date of the exports.
        files: rows of each export file.
        truth: rows of each truth file.
    """

    people: int
    seed: int
    today: date
    files: dict[str, int]
    truth: dict[str, int]


def make_place(
    people: int, seed: int, out: Path, today: date = date(2026, 6, 30)
) -> PlaceSummary:
    """Invent a place and write its providers' exports and the truth about them.

    The same arguments give the same bytes in every file.

    Args:
        people: how many people at least one provider knows.
        seed: any whole number from 0.
        out: folder that gets ``landing/``, ``truth/`` and ``README.txt``.
        today: the exports' date; nothing in them is later.

    Raises:
        SettingsError: fewer people than a place with every kind of file needs.
    """
    if people < 50:
        raise SettingsError(
            f"A place needs 50 people or more; {people} were asked for."
        )
    out.mkdir(parents=True, exist_ok=True)
    # One thread, so that rows without a given order keep the one they were made in.
    with duckdb.connect(config={"threads": 1}) as connection:
        truth = build_place(connection, people, seed, out / "truth", today)
        files = dict(
            write_export(connection, export, Place(out).landing, today)
            for sector in _SEEN
            for export in sector.list_exports()
        )
    text = _README.format(people=people, seed=seed, today=today)
    (out / "README.txt").write_text(text, encoding="utf-8")
    return PlaceSummary(people, seed, today, files, truth)
