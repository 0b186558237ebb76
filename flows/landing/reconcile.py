"""Reconciliation: what an export means for every row its provider ever sent.

The state of a row does not depend on the order in which files arrive. It is told from
all exports of its kind, put in order by their stamps (day made, then moment received):

- its **value** is that of the newest export in which it could be read;
- it is **seen** as of the newest export that holds it readable;
- it is **withdrawn** as of the first export after that which covers it and lacks it. A
  full export covers every row, an export of a period the rows of that period, a delta
  none. An export in which some line could not be read covers none, for the row may be
  in that line. One that holds the row, but not readable, does not lack it.

So a late file lands no older value over a newer one, and takes back nothing a newer one
holds; a correction of the same day replaces the file before it.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from flows.duck import quote_text
from flows.landing.facts import Export
from flows.landing.withdrawals import add_late_withdrawals, withdraw
from flows.mappings import Mapping
from flows.reading.judgement import Judgement

_UNREAD = ("unclosed_quote", "stray_quote", "field_count", "key_missing", "not_json")


def may_withdraw(export: Export, judgement: Judgement) -> bool:
    """Whether a row this export lacks is withdrawn: if every line could be read."""
    return export.provider.exports != "delta" and not set(_UNREAD) & set(
        judgement.rules
    )


def compare(
    vault: duckdb.DuckDBPyConnection, export: Export, mapping: Mapping, table: str
) -> None:
    """Compare an export with what is known.

    Makes the views ``known``, ``sound`` and ``taken``. What is taken lands: new rows,
    and those whose newest value this is and that changed, or came back after they were
    withdrawn or deleted.

    Args:
        vault: holds the tables of the judgement.
        export: the export.
        mapping: how it was read.
        table: the judgement's table.
    """
    stamp = export.stamp
    vault.execute(
        f"""
        create or replace temp view known as
        select * from vault.rows
        where provider = {quote_text(export.provider.provider)}
        and file_kind = {quote_text(mapping.file_kind)}
        """
    )
    vault.execute(
        f"""
        create or replace temp view sound as
        select * from {table}
        where _is_sound and _line not in (select line from {table}_out)
        """
    )
    vault.execute(
        f"""
        create or replace temp view taken as
        select sound.*
        from sound
        left join known on known.row_id = sound._row_id
        where known.row_id is null or (
            known.seen <= {stamp} and (
                known.row_hash <> sound._row_hash
                or known.is_deleted <> sound._is_deleted
                or coalesce(known.withdrawn < {stamp}, false)
            )
        )
        """
    )


def enter_rows(
    vault: duckdb.DuckDBPyConnection,
    export: Export,
    mapping: Mapping,
    judgement: Judgement,
    folder: Path,
) -> int:
    """Bring ``vault.rows`` up to date; write withdrawals aside; count them.

    Everything that reads ``taken`` as it was must have run before.

    Args:
        vault: after :func:`compare`, inside a transaction.
        export: the export.
        mapping: how it was read.
        judgement: its rows.
        folder: where files are written aside.
    """
    _spare_unreadable(vault, export, judgement)
    vault.execute(f"create or replace temp table gone as {gone_sql(export, judgement)}")
    _replace_taken(vault, export, mapping)
    vault.execute(
        f"""
        update vault.rows set seen = {export.stamp}
        where seen < {export.stamp} and row_id in (
            select sound._row_id from sound
            join known on known.row_id = sound._row_id
            where known.seen < {export.stamp}
        )
        """
    )
    add_late_withdrawals(vault, export, mapping)
    return withdraw(vault, export, folder)


def repeat_export(
    vault: duckdb.DuckDBPyConnection, export: Export, mapping: Mapping, earlier: int
) -> None:
    """See again every row of the newest export, whose very content this one is.

    Args:
        vault: inside a transaction.
        export: the export that repeats.
        mapping: how the earlier one was read.
        earlier: the stamp of the export it repeats.
    """
    vault.execute(
        f"update vault.rows set seen = {export.stamp} "
        f"where provider = ? and file_kind = ? and seen = {earlier}",
        [export.provider.provider, mapping.file_kind],
    )
    # No two exports have one stamp. Of a spared row nothing may be known yet: a late
    # file may still bring it.
    vault.execute(
        f"insert into vault.spared select row_id, {export.stamp} from vault.spared "
        f"where stamp = {earlier}"
    )


def _spare_unreadable(
    vault: duckdb.DuckDBPyConnection, export: Export, judgement: Judgement
) -> None:
    """Note the rows this export holds but not readable: it does not lack them."""
    if not judgement.quarantined:
        return
    vault.execute(
        f"""
        insert into vault.spared
        select distinct rows._row_id, {export.stamp}
        from {judgement.table} as rows
        where not rows._has_no_key and (
            not rows._is_sound
            or rows._line in (select line from {judgement.out_table})
        )
        and rows._row_id not in (select _row_id from sound)
        """
    )


def gone_sql(export: Export, judgement: Judgement) -> str:
    """SQL: rows this export withdraws, and live rows it says were deleted."""
    covered = "true" if may_withdraw(export, judgement) else "false"
    if export.period is not None:
        first, last = export.period
        covered += f" and known.scope between date '{first}' and date '{last}'"
    return f"""
        select known.row_id, known.export_id, {export.stamp}::bigint as stamp
        from known
        where {covered}
        and known.seen < {export.stamp}
        and coalesce(known.withdrawn > {export.stamp}, true)
        and not known.is_deleted
        and known.row_id not in (
            select _row_id from {judgement.table} where not _has_no_key
        )
        union all
        select taken._row_id, known.export_id, {export.stamp}
        from taken
        join known on known.row_id = taken._row_id
        where taken._is_deleted and known.is_live
    """


def _replace_taken(
    vault: duckdb.DuckDBPyConnection, export: Export, mapping: Mapping
) -> None:
    """Enter the rows that land in place of what was known of them.

    ``taken`` looks at what is known: once the old rows are gone, just the same rows
    are taken because nothing is known of them.
    """
    scope = mapping.file.period_field
    vault.execute("delete from vault.rows where row_id in (select _row_id from taken)")
    vault.execute(
        f"""
        insert into vault.rows by name
        select
            {quote_text(export.provider.provider)} as provider,
            {quote_text(mapping.file_kind)} as file_kind,
            taken._row_key as row_key, taken._row_id as row_id,
            taken._row_hash as row_hash,
            {quote_text(export.export_id)} as export_id,
            {export.stamp}::bigint as seen,
            {f"taken.{scope}" if scope else "null"}::date as scope,
            taken._is_deleted as is_deleted, not taken._is_deleted as is_live
        from taken
        """
    )
