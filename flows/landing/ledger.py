"""The ledger: how an export enters it, lands in it, or is refused by it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import duckdb

from flows.duck import quote_text
from flows.landing.facts import EXPORT_COLUMNS, Export, Landing, copy_out
from flows.landing.reconcile import may_withdraw
from flows.mappings import Provider
from flows.reading.judgement import Judgement
from flows.receipts.history import NOT_ASKED


@dataclass(frozen=True)
class Arrival:
    """What is known of an export when it is taken in, before it is read.

    Attributes:
        file_kind: the file of its layout its name stands for, where it stands for one.
        sheet: the sheet of a workbook that names its kind.
        repeats: the export of an earlier day whose very content this is.
        period: first and last day it speaks of, where it is an export of a period.
    """

    export_id: str
    file_name: str
    sha256: str
    size_bytes: int
    export_date: dt.date
    file_kind: str | None = None
    sheet: str | None = None
    repeats: str | None = None
    period: tuple[dt.date, dt.date] | None = None


def enter_received(
    vault: duckdb.DuckDBPyConnection, provider: Provider, arrival: Arrival
) -> dt.datetime:
    """Enter an export as received, before it is read; give the moment (UTC)."""
    # Stamps tell exports apart, so no two are received in the same millisecond.
    last = vault.execute("select max(received_at) from vault.exports").fetchone()
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    if last and last[0] is not None:
        now = max(now, last[0] + dt.timedelta(milliseconds=1))
    export = Export(
        arrival.export_id, provider, arrival.file_name, arrival.export_date, now
    )
    first, until = arrival.period or (None, None)
    row = {
        "export_id": arrival.export_id,
        "provider": provider.provider,
        "sector": provider.sector,
        "file_name": arrival.file_name,
        "sha256": arrival.sha256,
        "size_bytes": arrival.size_bytes,
        "received_at": now,
        "export_date": arrival.export_date,
        "file_kind": arrival.file_kind,
        "sheet": arrival.sheet,
        "repeats": arrival.repeats,
        "period_from": first,
        "period_to": until,
        "stamp": export.stamp,
        "state": "received",
    }
    marks = ", ".join(f"${name}" for name in row)
    vault.execute(f"insert into vault.exports ({', '.join(row)}) values ({marks})", row)
    return now


def enter_landing(
    vault: duckdb.DuckDBPyConnection,
    export: Export,
    judgement: Judgement,
    landed: int,
    unchanged: int,
    not_run: list[tuple[str, str]],
) -> None:
    """Say in the vault that an export has landed, and what was found in it."""
    mapping = judgement.mapping
    vault.execute(
        """
        update vault.exports set
            state = 'landed', layout = $layout, file_kind = $kind, read_as = $how,
            told_by = $told_by, fingerprint = $fingerprint, withdraws = $withdraws,
            rows_in = $rows, rows_landed = $landed, rows_quarantined = $quarantined,
            rows_unchanged = $unchanged, rows_warned = $warned
        where export_id = $export
        """,
        {
            "layout": mapping.layout,
            "kind": mapping.file_kind,
            "how": judgement.how,
            "told_by": judgement.told_by,
            "fingerprint": mapping.fingerprint,
            "withdraws": may_withdraw(export, judgement),
            "rows": judgement.rows,
            "landed": landed,
            "quarantined": judgement.quarantined,
            "unchanged": unchanged,
            "warned": judgement.warned,
            "export": export.export_id,
        },
    )
    counts = [(c.rule, c.column, c.severity, c.faults) for c in judgement.counts]
    counts += [(rule, "", NOT_ASKED, 0) for rule, _ in not_run]
    for count in counts:
        vault.execute(
            "insert into vault.fault_counts values (?, ?, ?, ?, ?, ?, ?)",
            [export.export_id, export.provider.provider, mapping.file_kind, *count],
        )


def enter_repetition(vault: duckdb.DuckDBPyConnection, export: Export) -> None:
    """Say that an export holds just what an earlier one held: nothing changed."""
    copied = (
        "layout", "file_kind", "read_as", "told_by", "fingerprint", "withdraws",
        "rows_in", "rows_quarantined", "rows_warned",
    )  # fmt: skip
    same = ", ".join(f"{name} = earlier.{name}" for name in copied)
    vault.execute(
        f"""
        update vault.exports set
            state = 'landed', {same},
            rows_landed = 0, rows_withdrawn = 0,
            rows_unchanged = earlier.rows_landed + earlier.rows_unchanged
        from (select * from vault.exports where export_id = $earlier) as earlier
        where exports.export_id = $export
        """,
        {"earlier": export.repeats, "export": export.export_id},
    )
    vault.execute(
        """
        insert into vault.fault_counts
        select $export, provider, file_kind, rule, column_name, severity, faults
        from vault.fault_counts where export_id = $earlier
        """,
        {"earlier": export.repeats, "export": export.export_id},
    )


def tell_landing(
    vault: duckdb.DuckDBPyConnection, export: Export, landing: Landing, folder: Path
) -> None:
    """Complete the ledger's row, and tell it to the stages without the vault."""
    vault.execute(
        "update vault.exports set rows_withdrawn = ? where export_id = ?",
        [landing.withdrawn, export.export_id],
    )
    copy_out(
        vault,
        f"select {', '.join(EXPORT_COLUMNS)} from vault.exports "
        f"where export_id = {quote_text(export.export_id)}",
        folder / "_exports.parquet",
    )


def enter_refusal(
    vault: duckdb.DuckDBPyConnection,
    export_id: str,
    rule: str,
    words: str,
    folder: Path,
) -> None:
    """Say that an export is refused, and why; the stages without the vault learn it.

    The file aside is written first: whatever a kill leaves, the next run can finish.
    """
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
