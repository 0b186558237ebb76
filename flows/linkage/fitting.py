"""What fitting comes down to: count levels, and lean on what is written down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb


def count_levels(
    connection: duckdb.DuckDBPyConnection, comparison: dict[str, Any], table: str
) -> list[int]:
    """Count pairs by level of a comparison, the first level first.

    Args:
        connection: holds the table.
        comparison: one of Splink's settings.
        table: pairs with ``gamma_<name>``, the level as Splink counts it.
    """
    name = comparison["output_column_name"]
    found = dict(
        connection.execute(
            f"select gamma_{name}, count(*) from {table} group by 1"
        ).fetchall()
    )
    levels = len(comparison["comparison_levels"]) - 1
    return [found.get(level, 0) for level in reversed(range(levels))]


def set_shares(
    comparison: dict[str, Any],
    written: Sequence[dict[str, Any]],
    side: str,
    counts: Sequence[int],
    lean: int,
    least: float,
) -> None:
    """Replace m or u of every level by its share, leaning on what is written down.

    Args:
        comparison: one of Splink's settings; changed in place.
        written: its levels as ``comparisons.yml`` has them.
        side: ``m`` or ``u``.
        counts: pairs by level, the first level first.
        lean: the shares that are written down count as so many pairs.
        least: smallest share of a level that has no floor of its own.
    """
    whole = sum(counts) + lean
    for built, level, count in zip(
        comparison["comparison_levels"][1:], written, counts, strict=True
    ):
        if not level.get("fixed"):
            share = (count + lean * level[side]) / whole
            floor = level.get(f"least_{side}", least)
            built[f"{side}_probability"] = float(f"{max(share, floor):.4g}")
