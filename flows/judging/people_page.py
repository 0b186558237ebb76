"""A page of people as graphs: records in a ring, and the edges that hold them."""

from __future__ import annotations

import math
from typing import Any

import duckdb

from flows.judging.invented import FOLDER
from flows.linkage.policy import Policy
from flows.pages import open_templates

_MARGIN = 30
_LEAST_RADIUS, _RADIUS_PER_RECORD = 90, 16
# With more edges than this, their weights would hide them.
_MOST_LABELS = 30


def draw_people(connection: duckdb.DuckDBPyConnection, policy: Policy, run: str) -> str:
    """Draw people as graphs, as SVG in one page without scripts.

    Args:
        connection: holds ``chosen``, ``nodes`` and ``held`` of ``chosen.sql``.
        policy: the weights at which an edge is drawn otherwise.
        run: id of the linked run.

    Returns:
        The page; it names providers, random ids, weights and nothing else.
    """
    people = connection.execute(
        "select person_id, health, reasons from chosen order by place"
    ).fetchall()
    environment = open_templates(FOLDER)
    return environment.get_template("people.html").render(
        run_id=run,
        threshold=f"{policy.threshold_weight:g}",
        strict=f"{policy.strict_weight:g}",
        people=[_lay_out(connection, policy, *person) for person in people],
    )


def _lay_out(
    connection: duckdb.DuckDBPyConnection,
    policy: Policy,
    person_id: str,
    health: str,
    reasons: list[str],
) -> dict[str, Any]:
    """Place the records of one person on a ring, from the top, clockwise."""
    rows = connection.execute(
        "select number, record, provider, evidence from nodes where person_id = ? "
        "order by number",
        [person_id],
    ).fetchall()
    radius = max(_LEAST_RADIUS, _RADIUS_PER_RECORD * len(rows))
    middle = radius + _MARGIN
    records = []
    for turn, (number, record, provider, evidence) in enumerate(rows):
        angle = 2 * math.pi * turn / len(rows) - math.pi / 2
        records.append(
            {
                "number": number,
                "record": record,
                "provider": provider,
                "evidence": evidence,
                "x": round(middle + radius * math.cos(angle)),
                "y": round(middle + radius * math.sin(angle)),
            }
        )
    edges = connection.execute(
        "select one, other, weight from held where person_id = ? order by all",
        [person_id],
    ).fetchall()
    told = [health, *reasons] if reasons else [health]
    return {
        "person_id": person_id,
        "told": ", ".join(word.replace("_", " ") for word in told),
        "records": records,
        "edges": [_draw_edge(records, policy, *edge) for edge in edges],
        "possible": len(rows) * (len(rows) - 1) // 2,
        "has_room": len(edges) <= _MOST_LABELS,
        "size": 2 * middle,
    }


def _draw_edge(
    records: list[dict[str, Any]], policy: Policy, one: int, other: int, weight: float
) -> dict[str, Any]:
    a, b = records[one - 1], records[other - 1]
    kind = "heavy" if weight >= policy.strict_weight else "middle"
    return {
        "x1": a["x"],
        "y1": a["y"],
        "x2": b["x"],
        "y2": b["y"],
        # Near one end: in the middle all lines of a ring cross.
        "x": round(a["x"] + (b["x"] - a["x"]) * 0.27),
        "y": round(a["y"] + (b["y"] - a["y"]) * 0.27),
        "weight": f"{weight:.1f}",
        "kind": "light" if weight < policy.threshold_weight else kind,
    }
