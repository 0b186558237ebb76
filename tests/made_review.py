"""An invented place that was linked, with edges of chosen weights for reviewers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb

from flows.keys import Keys
from flows.link import link
from flows.paths import Place
from tests.linkage_records import NOW, fill_vault, spell_id

EARLIER = dt.datetime(2026, 5, 1, 1, 0)

Edge = tuple[str, str, float]


def put_place(
    place: Place,
    keys: Keys,
    people: dict[str, list[str]],
    edges: list[Edge],
    **fields: dict[str, Any],
) -> None:
    """Fill a vault, link it, and lay chosen people and edges over what linking found.

    Args:
        place: a prepared data folder.
        keys: its keys.
        people: person -> the records it is linked from.
        edges: two records and their match weight.
        fields: record -> what its row says, beside an invented name.
    """
    records = [record for held in people.values() for record in held]
    rows = [
        {
            "record": record,
            "forename": f"Zz{record}",
            "surname": "Quillfeather",
            **fields.get(record, {}),
        }
        for record in records
    ]
    fill_vault(place, keys, rows)
    link(place, keys, "run-1", NOW)
    linked = [(spell_id(r), person) for person, held in people.items() for r in held]
    path = place.linked / "current" / "person_links.parquet"
    _write(path, "record_id varchar, person_id varchar", linked)
    write_edges(place, edges)


def write_edges(place: Place, edges: list[Edge]) -> None:
    """Lay chosen edges over those of the current run."""
    weighed = [(*sorted((spell_id(a), spell_id(b))), w, "rule") for a, b, w in edges]
    columns = "record_id_l varchar, record_id_r varchar, match_weight double"
    path = place.linked / "current" / "edges.parquet"
    _write(path, f"{columns}, match_rule varchar", weighed)


def _write(path: Path, columns: str, rows: list[tuple[Any, ...]]) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"create table t ({columns})")
        for row in rows:
            marks = ", ".join("?" for _ in row)
            connection.execute(f"insert into t values ({marks})", list(row))
        connection.execute(f"copy t to '{path}' (format parquet)")
