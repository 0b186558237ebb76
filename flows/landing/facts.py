"""Facts of one export as Parquet: what lands, and what an export no longer holds."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import duckdb

from flows.contracts import MACHINERY, Dataset
from flows.duck import quote_text
from flows.mappings import Mapping, Provider

EXPORT_COLUMNS: dict[str, str] = {
    "export_id": "VARCHAR",
    "provider": "VARCHAR",
    "sector": "VARCHAR",
    "layout": "VARCHAR",
    "file_kind": "VARCHAR",
    "state": "VARCHAR",
    "export_date": "DATE",
    "received_at": "TIMESTAMP",
    "rows_in": "BIGINT",
    "rows_landed": "BIGINT",
    "rows_quarantined": "BIGINT",
    "rows_unchanged": "BIGINT",
    "rows_withdrawn": "BIGINT",
    "rows_warned": "BIGINT",
    "rule": "VARCHAR",
}
# Which row, as which export had landed it, and as of which export it is gone. A landing
# that comes later, or late with another value, is not the one that was withdrawn.
WITHDRAWN_COLUMNS: dict[str, str] = {
    "_row_id": MACHINERY["_row_id"],
    "_landed_export_id": MACHINERY["_export_id"],
} | {name: MACHINERY[name] for name in ("_export_id", "_export_date", "_received_at")}
_EPOCH = dt.datetime(2020, 1, 1)


@dataclass(frozen=True)
class Export:
    """One export to be landed, as the ledger knows it.

    Attributes:
        period: first and last day it speaks of, where it is an export of a period.
        sheet: the sheet of a workbook it was found in, where that names its kind.
        repeats: the export whose very content this is, sent again on a later day.
    """

    export_id: str
    provider: Provider
    file_name: str
    export_date: dt.date
    received_at: dt.datetime
    file_kind: str | None = None
    sheet: str | None = None
    repeats: str | None = None
    period: tuple[dt.date, dt.date] | None = None

    @property
    def stamp(self) -> int:
        """Its place in time among the exports of its kind: newest wins.

        First the day it was made, then the moment it was received: a later file of the
        same day corrects an earlier one, a late file of an earlier day corrects
        nothing. Days since 2020 times 10^12, plus milliseconds since 2020.
        """
        days = (self.export_date - _EPOCH.date()).days
        moment = (self.received_at - _EPOCH) // dt.timedelta(milliseconds=1)
        return days * 10**12 + moment


@dataclass(frozen=True)
class Landing:
    """How many rows landed, were unchanged, and were withdrawn."""

    landed: int
    unchanged: int
    withdrawn: int


def write_facts(
    vault: duckdb.DuckDBPyConnection,
    export: Export,
    mapping: Mapping,
    name: str,
    keys: dict[str, str],
    folder: Path,
) -> None:
    """Write one dataset's new and changed rows aside; no file if there is none.

    Args:
        vault: holds the view ``taken``, the rows that land.
        export: the export they are of.
        mapping: how it was read.
        name: the dataset.
        keys: field -> SQL of its random id, for every field that holds a source's key.
        folder: where the file is written aside.
    """
    dataset: Dataset = mapping.contract.datasets[name]
    filled = mapping.file.fields
    columns = [
        f"{keys.get(field, f'taken.{field}')}::{column.sql_type} as {field}"
        if field in filled or column.derived_from
        else f"null::{column.sql_type} as {field}"
        for field, column in dataset.columns.items()
    ]
    present = " and ".join(f"taken.{key} is not null" for key in dataset.key)
    path = folder / mapping.contract_sector / f"{name}.parquet"
    path.parent.mkdir(exist_ok=True)
    written = copy_out(
        vault,
        f"""
        select
            {", ".join(columns)},
            taken._row_id::varchar as _row_id, {stamp_sql(export)},
            {quote_text(export.provider.provider)} as _provider,
            taken._line::bigint as _line_number
        from taken
        {record_join(keys, export)}
        where not taken._is_deleted and {present}
        """,
        path,
    )
    if not written:
        path.unlink()


def record_join(keys: dict[str, str], export: Export) -> str:
    """SQL that brings the random id of a person record beside the rows that name it."""
    if "record_id" not in keys:
        return ""
    return f"""
        left join vault.keys as records
            on records.source_key = taken.record_id
            and records.provider = {quote_text(export.provider.provider)}
            and records.kind = 'record'
    """


def stamp_sql(export: Export) -> str:
    """SQL of the columns that say which export a row is of."""
    received = export.received_at.isoformat(sep=" ")
    return (
        f"{quote_text(export.export_id)} as _export_id, "
        f"date '{export.export_date.isoformat()}' as _export_date, "
        f"timestamp '{received}' as _received_at"
    )


def copy_out(vault: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    """Write a query as Parquet, in the order of its rows; give their number."""
    written = vault.execute(
        f"copy ({query}) to {quote_text(str(path))} (format parquet, "
        # Version 2 keeps ids, which never repeat, smaller and at less cost.
        "parquet_version v2, compression zstd, compression_level 1)"
    ).fetchone()
    return int(written[0]) if written else 0
