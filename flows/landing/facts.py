"""Facts of one export as Parquet: what lands, and what an export no longer holds."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import duckdb

from flows.contracts import MACHINERY, Dataset
from flows.duck import quote_text
from flows.mappings import Mapping, Provider
from flows.reading.judge import Judgement

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
WITHDRAWN_COLUMNS: dict[str, str] = {
    name: MACHINERY[name]
    for name in ("_row_id", "_export_id", "_export_date", "_received_at")
}


@dataclass(frozen=True)
class Export:
    """One export to be landed, as the ledger knows it."""

    export_id: str
    provider: Provider
    file_name: str
    export_date: dt.date
    received_at: dt.datetime


@dataclass(frozen=True)
class Landing:
    """How many rows landed, were unchanged, and were withdrawn."""

    landed: int
    unchanged: int
    withdrawn: int


def withdraw(
    vault: duckdb.DuckDBPyConnection,
    export: Export,
    mapping: Mapping,
    folder: Path,
    judgement: Judgement,
) -> int:
    """Mark rows that a full export no longer holds, or marks as deleted."""
    scope = live_scope(export, mapping)
    vault.execute(
        f"""
        create temp table gone as
        select row_id from vault.rows
        where {scope} and {gone_sql(export, judgement)}
        """
    )
    counted = vault.execute("select count(*) from gone").fetchone()
    count = int(counted[0]) if counted else 0
    if count:
        for table in ("rows", "identities"):
            vault.execute(
                f"update vault.{table} set is_live = false "
                "where row_id in (select row_id from gone)"
            )
        copy_out(
            vault,
            f"select row_id as _row_id, {_stamp(export)} from gone order by row_id",
            folder / "_withdrawn.parquet",
        )
    vault.execute("drop table gone")
    return count


def write_facts(
    vault: duckdb.DuckDBPyConnection,
    export: Export,
    mapping: Mapping,
    name: str,
    folder: Path,
) -> None:
    """Write one dataset's new and changed rows aside; no file if there is none."""
    dataset: Dataset = mapping.contract.datasets[name]
    filled = mapping.file.fields
    columns = [
        f"{field}::{column.sql_type} as {field}"
        if field in filled or column.derived_from
        else f"null::{column.sql_type} as {field}"
        for field, column in dataset.columns.items()
    ]
    present = " and ".join(f"{key} is not null" for key in dataset.key)
    path = folder / mapping.provider.sector / f"{name}.parquet"
    path.parent.mkdir(exist_ok=True)
    written = copy_out(
        vault,
        f"""
        select
            {", ".join(columns)}, _row_id, {_stamp(export)},
            {quote_text(export.provider.provider)} as _provider,
            _line::bigint as _line_number
        from plan
        where not _is_unchanged and not _is_deleted and {present}
        order by _line
        """,
        path,
    )
    if not written:
        path.unlink()


def _stamp(export: Export) -> str:
    received = export.received_at.isoformat(sep=" ")
    return (
        f"{quote_text(export.export_id)} as _export_id, "
        f"date '{export.export_date.isoformat()}' as _export_date, "
        f"timestamp '{received}' as _received_at"
    )


def copy_out(vault: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    """Write a query as Parquet; give the number of rows."""
    written = vault.execute(
        f"copy ({query}) to {quote_text(str(path))} (format parquet, compression zstd)"
    ).fetchone()
    return int(written[0]) if written else 0


def live_scope(export: Export, mapping: Mapping) -> str:
    """SQL of a condition on vault rows: live, of this export's provider and kind."""
    return (
        f"provider = {quote_text(export.provider.provider)} "
        f"and file_kind = {quote_text(mapping.file_kind)} and is_live"
    )


def gone_sql(export: Export, judgement: Judgement) -> str:
    """SQL of a condition on live vault rows: this export ends them.

    A row ends that the source marks as deleted. One that is missing ends only if the
    export is full and every line of it could be read.
    """
    deleted = "row_key in (select _row_key from judged where _is_sound and _is_deleted)"
    unread = {"unclosed_quote", "stray_quote", "field_count", "key_missing"}
    is_whole = not any(fault.rule in unread for fault in judgement.faults)
    if export.provider.exports == "full" and is_whole:
        return f"({deleted} or row_key not in (select _row_key from judged))"
    return f"({deleted})"
