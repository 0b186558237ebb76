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
    missing = "row_key not in (select _row_key from judged)"
    if not _may_withdraw(export, judgement):
        missing = "false"
    scope = f"""
        provider = {quote_text(export.provider.provider)}
        and file_kind = {quote_text(mapping.file_kind)}
    """
    vault.execute(
        f"""
        create temp table gone as
        select row_id from vault.rows
        where {scope} and is_live and (
            {missing}
            or row_id in (select _row_id from plan where _is_deleted)
        )
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
    path = folder / mapping.contract_sector / f"{name}.parquet"
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


def _may_withdraw(export: Export, judgement: Judgement) -> bool:
    """A missing row is withdrawn only if every line of a full export could be read."""
    unread = {"unclosed_quote", "stray_quote", "field_count", "key_missing"}
    return export.provider.exports == "full" and not any(
        fault.rule in unread for fault in judgement.faults
    )
