"""Which exports wait to be read, and which of them only repeat an earlier one."""

from __future__ import annotations

from collections.abc import Mapping as Named

import duckdb

from flows.landing.facts import Export, Landing
from flows.landing.ledger import enter_repetition, tell_landing
from flows.landing.pending import pending_folder, promote
from flows.landing.reconcile import repeat_export
from flows.landing.results import ExportResult
from flows.mappings import Mapping, Provider
from flows.paths import Place


def list_waiting(
    vault: duckdb.DuckDBPyConnection, providers: Named[str, Provider]
) -> list[Export]:
    """List what was received and not yet read, by day, provider and arrival."""
    rows = vault.execute(
        """
        select provider, export_id, file_name, export_date, received_at, file_kind,
            sheet, repeats, period_from, period_to
        from vault.exports where state = 'received'
        order by export_date, provider, received_at, file_name
        """
    ).fetchall()
    return [
        Export(
            export_id, providers[name], file_name, day, received, kind, sheet, repeats,
            (first, until) if first else None,
        )
        for name, export_id, file_name, day, received, kind, sheet, repeats, first,
        until in rows
        if name in providers and not providers[name].doubts
    ]  # fmt: skip


def repeat(
    place: Place,
    vault: duckdb.DuckDBPyConnection,
    export: Export,
    mappings: list[Mapping],
) -> ExportResult | None:
    """See again what the newest export of this kind held, without reading it.

    Returns:
        what became of it; None if the file must be read: a row would be read otherwise
        today than it was then, or another export landed in between.
    """
    earlier = vault.execute(
        """
        select layout, fingerprint, stamp from vault.exports as earlier
        where export_id = $earlier and not exists (
            from vault.exports as other
            where other.provider = earlier.provider and other.state = 'landed'
            and other.file_kind = earlier.file_kind
            and other.stamp > earlier.stamp and other.stamp < $stamp
        )
        """,
        {"earlier": export.repeats, "stamp": export.stamp},
    ).fetchone()
    known = {mapping.layout: mapping for mapping in mappings}
    if earlier is None or earlier[0] not in known:
        return None
    mapping = known[earlier[0]]
    if mapping.fingerprint != earlier[1]:
        return None
    folder = pending_folder(place, export.export_id)
    vault.execute("begin")
    try:
        repeat_export(vault, export, mapping, earlier[2])
        enter_repetition(vault, export)
        tell_landing(vault, export, Landing(0, 0, 0), folder)
        vault.execute("commit")
    except BaseException:
        vault.execute("rollback")
        raise
    promote(place, folder)
    return _describe(vault, export)


def find_original(vault: duckdb.DuckDBPyConnection, export: Export) -> str:
    """Give the export whose sealed original holds the content of this one."""
    if export.repeats is None:
        return export.export_id
    found = vault.execute(
        """
        with recursive chain as (
            select $earlier as export_id
            union
            select exports.repeats from chain
            join vault.exports as exports on exports.export_id = chain.export_id
            where exports.repeats is not null
        )
        select chain.export_id from chain
        join vault.exports as exports on exports.export_id = chain.export_id
        where exports.repeats is null
        """,
        {"earlier": export.repeats},
    ).fetchone()
    return str(found[0]) if found else export.export_id


def _describe(vault: duckdb.DuckDBPyConnection, export: Export) -> ExportResult:
    row = vault.execute(
        "select rows_in, rows_quarantined, rows_unchanged, rows_warned, read_as "
        "from vault.exports where export_id = ?",
        [export.export_id],
    ).fetchone()
    rows, quarantined, unchanged, warned, how = row or (0, 0, 0, 0, "")
    return ExportResult(
        export.provider.provider, export.file_name, "landed", rows_in=rows,
        quarantined=quarantined, unchanged=unchanged, warned=warned, read_as=how,
    )  # fmt: skip
