"""Landed facts of invented people, written from the contracts, without any ingest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import duckdb

from flows.contracts import MACHINERY, SQL_TYPES, list_datasets
from flows.duck import attach_encrypted, connect, quote_text
from flows.keys import Keys
from flows.landing.facts import EXPORT_COLUMNS, WITHDRAWN_COLUMNS
from flows.paths import Place

Row = Mapping[str, object]
EXPORTED = dt.date(2026, 3, 31)


class MadeLanding:
    """A place where facts have landed and records are linked, row by row."""

    def __init__(self, place: Place, keys: Keys) -> None:
        self.place, self.keys = place, keys
        self._files = 0
        self._persons: dict[str, str] = {}
        self._landed_by: dict[object, str] = {}
        self._columns = {
            f"{sector}/{name}": {
                column: SQL_TYPES[spec.type] for column, spec in dataset.columns.items()
            }
            | MACHINERY
            for sector, name, dataset in list_datasets()
        }
        self._columns["_exports"] = EXPORT_COLUMNS
        self._columns["_withdrawn"] = WITHDRAWN_COLUMNS
        for folder in self._columns:
            self._write(folder, "_empty", [])
        self.link({})

    def land(
        self, folder: str, provider: str, *rows: Row, exported: dt.date = EXPORTED
    ) -> None:
        """Land rows of ``<sector>/<dataset>``; a row may bring machinery of its own."""
        self._files += 1
        export = {
            "_export_id": f"export-{self._files:03}",
            "_provider": provider,
            "_export_date": exported,
            "_received_at": dt.datetime.combine(exported, dt.time(2)),
        }
        numbered = [
            {"_row_id": f"row-{self._files}-{n}", "_line_number": n}
            | export
            | dict(row)
            for n, row in enumerate(rows)
        ]
        self._landed_by |= {row["_row_id"]: export["_export_id"] for row in numbered}
        self._write(folder, f"export-{self._files:03}", numbered)

    def withdraw(self, row_id: str, exported: dt.date) -> None:
        """Tell that an export lacks a row, as it was landed last."""
        self._files += 1
        name = f"export-{self._files:03}"
        row = {
            "_row_id": row_id,
            "_landed_export_id": self._landed_by[row_id],
            "_export_id": name,
            "_export_date": exported,
            "_received_at": dt.datetime.combine(exported, dt.time(2)),
        }
        self._write("_withdrawn", name, [row])

    def export(
        self, provider: str, sector: str, exported: dt.date, state: str = "landed"
    ) -> None:
        """Tell of an export of ten rows, of which one was quarantined."""
        self._files += 1
        counts = {name: 0 for name, kind in EXPORT_COLUMNS.items() if kind == "BIGINT"}
        row = counts | {
            "export_id": f"export-{self._files:03}",
            "provider": provider,
            "sector": sector,
            "layout": "made",
            "file_kind": "made",
            "state": state,
            "export_date": exported,
            "received_at": dt.datetime.combine(exported, dt.time(2)),
            "rows_in": 10,
            "rows_landed": 9,
            "rows_quarantined": 1,
        }
        self._write("_exports", str(row["export_id"]), [row])

    def link(self, persons: Mapping[str, str], disputed: Sequence[str] = ()) -> None:
        """Say whose records are (record id to person id), beside earlier ones."""
        self._persons |= persons
        folder = self.place.linked / "runs" / "made"
        folder.mkdir(parents=True, exist_ok=True)
        readings = ("person_id", "strict_person_id", "loose_person_id")
        rows = [
            {"record_id": record} | dict.fromkeys(readings, person)
            for record, person in self._persons.items()
        ]
        types = dict.fromkeys(("record_id", *readings), "VARCHAR")
        _copy(str(folder / "person_links.parquet"), types, rows)
        health = [
            {"person_id": p, "health": "disputed" if p in disputed else "ok"}
            for p in sorted(set(self._persons.values()))
        ]
        types = {"person_id": "VARCHAR", "health": "VARCHAR"}
        _copy(str(folder / "person_health.parquet"), types, health)
        current = self.place.linked / "current"
        if not current.is_symlink():
            current.symlink_to("runs/made")

    def ask(self, query: str) -> list[tuple]:
        """Put a question to the warehouse that dbt built."""
        with connect() as connection:
            key = self.keys.for_facts("warehouse")
            path = self.place.warehouse
            attach_encrypted(connection, path, "warehouse", key, read_only=True)
            connection.execute("use warehouse")
            return connection.execute(query).fetchall()

    def _write(self, folder: str, name: str, rows: Sequence[Row]) -> None:
        path = self.place.landed / folder
        path.mkdir(parents=True, exist_ok=True)
        _copy(str(path / f"{name}.parquet"), self._columns[folder], rows)


def _copy(path: str, types: Mapping[str, str], rows: Sequence[Row]) -> None:
    columns = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
    with duckdb.connect() as connection:
        connection.execute(f"create table made ({columns})")
        for row in rows:
            names = ", ".join(f'"{name}"' for name in row)
            marks = ", ".join("?" for _ in row)
            connection.execute(
                f"insert into made ({names}) values ({marks})", list(row.values())
            )
        connection.execute(f"copy made to {quote_text(path)} (format parquet)")
