"""The ledger: how an export enters it, lands in it, or is refused by it.

How one is held is in ``held.py``.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb

from flows.duck import quote_text
from flows.landing.facts import EXPORT_COLUMNS, Export, Landing, copy_out
from flows.mappings import Mapping, Provider
from flows.reading.judge import Judgement
from flows.reading.receipts import write_refusal


def enter_ledger(
    vault: duckdb.DuckDBPyConnection,
    export: Export,
    mapping: Mapping,
    judgement: Judgement,
    landing: Landing,
    folder: Path,
    how: str,
) -> None:
    """Say in the vault, and to the stages without it, what became of an export."""
    vault.execute(
        """
        update vault.exports set
            state = 'landed', layout = $layout, file_kind = $kind, read_as = $how,
            rows_in = $rows, rows_landed = $landed, rows_quarantined = $quarantined,
            rows_unchanged = $unchanged, rows_withdrawn = $withdrawn,
            rows_warned = $warned
        where export_id = $export
        """,
        {
            "layout": mapping.layout,
            "kind": mapping.file_kind,
            "how": how,
            "rows": judgement.rows,
            "landed": landing.landed,
            "quarantined": len(judgement.quarantined),
            "unchanged": landing.unchanged,
            "withdrawn": landing.withdrawn,
            "warned": judgement.warned,
            "export": export.export_id,
        },
    )
    copy_out(
        vault,
        f"select {', '.join(EXPORT_COLUMNS)} from vault.exports "
        f"where export_id = {quote_text(export.export_id)}",
        folder / "_exports.parquet",
    )


def enter_received(
    vault: duckdb.DuckDBPyConnection,
    export_id: str,
    provider: Provider,
    file_name: str,
    sha256: str,
    size: int,
    export_date: dt.date,
    file_kind: str | None,
) -> None:
    """Enter an export as received, before it is read."""
    vault.execute(
        """
        insert into vault.exports by name
        select
            $1 as export_id, $2 as provider, $3 as sector, $4 as file_name,
            $5 as sha256, $6 as size_bytes, $7 as received_at, $8 as export_date,
            $9 as file_kind, 'received' as state
        """,
        [
            export_id,
            provider.provider,
            provider.sector,
            file_name,
            sha256,
            size,
            dt.datetime.now(dt.UTC).replace(tzinfo=None),
            export_date,
            file_kind,
        ],
    )


def enter_refusal(
    vault: duckdb.DuckDBPyConnection,
    export_id: str,
    rule: str,
    words: str,
    folder: Path,
    receipt: Path,
) -> None:
    """Say that an export is refused, and why; the stages without the vault learn it.

    The file aside is written first: whatever a kill leaves, the next run can finish.
    """
    write_refusal(receipt, rule, words)
    write_state(vault, export_id, "refused", rule, folder)
    vault.execute(
        """
        update vault.exports set state = 'refused', rule = ?, words = ?
        where export_id = ?
        """,
        [rule, words, export_id],
    )


def write_state(
    vault: duckdb.DuckDBPyConnection,
    export_id: str,
    state: str,
    rule: str,
    folder: Path,
) -> None:
    """Write aside, for the stages without the vault, what the ledger will say."""
    told = {"state": quote_text(state), "rule": quote_text(rule)}
    columns = ", ".join(
        f"{told.get(name, name)}::{kind} as {name}"
        for name, kind in EXPORT_COLUMNS.items()
    )
    copy_out(
        vault,
        f"select {columns} from vault.exports "
        f"where export_id = {quote_text(export_id)}",
        folder / "_exports.parquet",
    )
