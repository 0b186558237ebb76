"""Withdrawals: rows that an export no longer holds, and as of which export.

Both work on the table ``gone`` (row id, the export that landed it, stamp of the export
that lacks it), which ``reconcile.py`` makes.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from flows.duck import quote_text
from flows.landing.facts import Export, copy_out
from flows.mappings import Mapping


def add_late_withdrawals(
    vault: duckdb.DuckDBPyConnection, export: Export, mapping: Mapping
) -> None:
    """Find rows of a late file that newer exports, landed before it, lack."""
    about = {
        "provider": export.provider.provider,
        "kind": mapping.file_kind,
        "stamp": export.stamp,
    }
    newest = vault.execute(
        """
        select max(stamp) from vault.exports
        where provider = $provider and file_kind = $kind and stamp >= $stamp
        and state = 'landed' and withdraws
        """,
        about,
    ).fetchone()
    if newest in (None, (None,), (export.stamp,)):
        # Most files are not late, and a file of ten million rows is not looked through.
        return
    vault.execute(
        """
        insert into gone
        select rows.row_id, rows.export_id, min(newer.stamp)
        from vault.rows as rows
        join vault.exports as newer
            on newer.provider = rows.provider and newer.file_kind = rows.file_kind
        where rows.provider = $provider and rows.file_kind = $kind
        and rows.seen = $stamp and rows.withdrawn is null and not rows.is_deleted
        and newer.state = 'landed' and newer.withdraws and newer.stamp > $stamp
        and (newer.period_from is null
            or rows.scope between newer.period_from and newer.period_to)
        and not exists (
            from vault.spared
            where spared.row_id = rows.row_id and spared.stamp = newer.stamp
        )
        group by rows.row_id, rows.export_id
        """,
        about,
    )


def withdraw(vault: duckdb.DuckDBPyConnection, export: Export, folder: Path) -> int:
    """Mark rows that are gone, and write aside which and as of which export."""
    counted = vault.execute("select count(*) from gone").fetchone()
    count = int(counted[0]) if counted else 0
    if count:
        vault.execute(
            """
            update vault.rows set
                withdrawn = case when rows.is_deleted then null else gone.stamp end,
                is_live = false
            from gone where gone.row_id = rows.row_id
            """
        )
        vault.execute(
            "update vault.identities set is_live = false "
            "where row_id in (select row_id from gone)"
        )
        copy_out(
            vault,
            f"""
            select
                gone.row_id::varchar as _row_id, gone.export_id as _landed_export_id,
                exports.export_id as _export_id,
                exports.export_date as _export_date, exports.received_at as _received_at
            from gone
            join vault.exports as exports
                on exports.stamp = gone.stamp
                and exports.provider = {quote_text(export.provider.provider)}
            order by gone.row_id
            """,
            folder / "_withdrawn.parquet",
        )
    vault.execute("drop table gone")
    return count
