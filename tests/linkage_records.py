"""Invented person records for linkage tests, put straight into a vault."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from pathlib import Path
from typing import Any

import duckdb

from flows.keys import Keys
from flows.linkage.standardise import standardise_records
from flows.paths import Place
from flows.vault import IDENTITY_COLUMNS, open_vault

# Id -> the name a test gives a record.
_NAMES: dict[str, str] = {}
NOW = dt.datetime(2026, 7, 1, 2, 0, tzinfo=dt.UTC)


def spell_id(record: str) -> str:
    """The id of a record a test names; ids are in the order of their names."""
    start = record.encode()[:8].ljust(8, b"\0")
    spelled = str(uuid.UUID(bytes=start + hashlib.sha256(record.encode()).digest()[:8]))
    _NAMES[spelled] = record
    return spelled


def fill_vault(place: Place, keys: Keys, rows: list[dict[str, Any]]) -> None:
    """Replace what the vault holds; a row names its record and the fields it knows."""
    with open_vault(place, keys) as vault:
        put_rows(vault, rows)


def put_rows(connection: duckdb.DuckDBPyConnection, rows: list[dict[str, Any]]) -> None:
    """Fill the two tables of ``vault`` in an open connection."""
    connection.execute("delete from vault.identities")
    connection.execute("delete from vault.keys")
    records = {row["record"]: row.get("provider", "fernshire_council") for row in rows}
    for record, provider in records.items():
        connection.execute(
            "insert into vault.keys (provider, kind, source_key, id) "
            "values (?, 'record', ?, ?)",
            [provider, f"key {record}", spell_id(record)],
        )
    names = ", ".join(IDENTITY_COLUMNS)
    marks = ", ".join("?" for _ in IDENTITY_COLUMNS)
    known = [row for row in rows if set(row) - {"record", "provider"}]
    if known:
        connection.executemany(
            f"insert into vault.identities ({names}) values ({marks})",
            [_spell_out(known[:number], row) for number, row in enumerate(known)],
        )


def standard_rows(rows: list[dict[str, Any]]) -> duckdb.DuckDBPyConnection:
    """Standardise rows in a connection of their own."""
    connection = duckdb.connect()
    columns = ", ".join(f"{name} {kind}" for name, kind in IDENTITY_COLUMNS.items())
    connection.execute("attach ':memory:' as vault")
    connection.execute(f"create table vault.identities ({columns})")
    connection.execute(
        "create table vault.keys "
        "(provider varchar, kind varchar, source_key varchar, id uuid)"
    )
    put_rows(connection, rows)
    standardise_records(connection)
    return connection


def read_people(place: Place) -> dict[str, str]:
    """Person id by record id, as linked."""
    links = _read(place, "person_links", "record_id, person_id")
    return {_NAMES.get(record, record): person for record, person in links}


def read_groups(place: Place) -> set[frozenset[str]]:
    """The records of each person, as linked."""
    people: dict[str, set[str]] = {}
    for record, person in read_people(place).items():
        people.setdefault(person, set()).add(record)
    return {frozenset(records) for records in people.values()}


def read_changes(place: Place) -> list[tuple[Any, ...]]:
    """Every change of a person id so far."""
    return _read(place, "changes", "old_person_id, new_person_id, reason, run_id")


def _read(place: Place, name: str, columns: str) -> list[tuple[Any, ...]]:
    path: Path = place.linked / "current" / f"{name}.parquet"
    return duckdb.sql(f"select {columns} from '{path}'").fetchall()


def _spell_out(before: list[dict[str, Any]], row: dict[str, Any]) -> list[Any]:
    turn = sum(other["record"] == row["record"] for other in before)
    content: dict[str, Any] = {
        "row_id": str(uuid.uuid5(uuid.UUID(int=turn), row["record"])),
        "record_id": spell_id(row["record"]),
        "provider": "fernshire_council",
        "sector": "homelessness",
        "kind": "main",
        "export_id": "export",
        "export_date": dt.date(2026, 6, 30),
        "received_at": dt.datetime(2026, 7, 1, 1, 0),
        "is_live": True,
        **row,
    }
    return [content.get(name) for name in IDENTITY_COLUMNS]
