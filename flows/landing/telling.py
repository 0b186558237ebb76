"""Telling a provider what became of its export: the receipt, written aside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import duckdb

from flows.landing.facts import Export, Landing
from flows.reading.faults import Severity
from flows.reading.judgement import Judgement
from flows.receipts.facts import (
    MOST_EXAMPLES,
    MOST_REMARKS,
    Counts,
    Problem,
    Receipt,
    RowFault,
    State,
    Why,
    sort_problems,
    spell_row_id,
)
from flows.receipts.history import read_past
from flows.receipts.write import write_receipt

NotRun = list[tuple[str, str]]


@dataclass(frozen=True)
class _Faults:
    """The faults of a judgement, read anew each time they are asked for."""

    judgement: Judgement

    def __iter__(self) -> Iterator[RowFault]:
        for fault in self.judgement.list_faults(most_remarks=MOST_REMARKS):
            yield as_row_fault(fault)


def tell_judged(
    vault: duckdb.DuckDBPyConnection,
    folder: Path,
    export: Export,
    judgement: Judgement,
    landing: Landing,
    not_run: NotRun,
    why: Why | None = None,
) -> None:
    """Write the receipt of an export whose rows were judged.

    Args:
        vault: holds the ledger and the tables of the judgement.
        folder: where an export's files are written aside.
        export: the export.
        judgement: its rows and faults, settled.
        landing: what landed, or would.
        not_run: (rule, why) of each rule that could not be asked.
        why: why it is held; none when it landed.
    """
    mapping = judgement.mapping
    who = export.provider
    receipt = Receipt(
        export_id=export.export_id,
        provider=who.provider,
        provider_name=who.name,
        file_name=export.file_name,
        size_bytes=_find_size(vault, export.export_id),
        received_at=export.received_at,
        export_day=export.export_date,
        state="held" if why else "landed",
        kind=mapping.file_kind,
        layout=mapping.layout,
        layout_told=judgement.told_by,
        read_as=judgement.how,
        counts=Counts(
            judgement.rows,
            landing.landed,
            landing.unchanged,
            judgement.quarantined,
            judgement.warned,
            landing.withdrawn,
        ),
        why=why,
        problems=_list_problems(judgement),
        faults=_Faults(judgement),
        not_asked=tuple(not_run),
        past=read_past(
            vault, who.provider, mapping.file_kind, export.export_id, export.export_date
        ),
    )
    write_receipt(receipts_folder(folder, who.provider), receipt)


def tell_unread(
    vault: duckdb.DuckDBPyConnection,
    folder: Path,
    export: Export,
    state: State,
    why: Why,
) -> None:
    """Write the receipt of an export no row of which was read: refused, or held."""
    receipt = Receipt(
        export_id=export.export_id,
        provider=export.provider.provider,
        provider_name=export.provider.name,
        file_name=export.file_name,
        size_bytes=_find_size(vault, export.export_id),
        received_at=export.received_at,
        export_day=export.export_date,
        state=state,
        kind=export.file_kind or "",
        why=why,
    )
    write_receipt(receipts_folder(folder, export.provider.provider), receipt)


def receipts_folder(folder: Path, provider: str) -> Path:
    """Make the folder in which an export's receipt waits for the provider's outbox."""
    path = folder / "receipts" / provider
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def _list_problems(judgement: Judgement) -> tuple[Problem, ...]:
    """Give every problem with its first rows, never more of them than are shown."""
    examples: dict[tuple[str, str, str], list[RowFault]] = {}
    for fault in judgement.list_faults(most=MOST_EXAMPLES):
        row = as_row_fault(fault)
        examples.setdefault((row.rule, row.column, row.severity), []).append(row)
    return sort_problems(
        Problem(
            count.rule,
            count.column,
            cast(Severity, count.severity),
            count.faults,
            tuple(examples[count.rule, count.column, count.severity]),
        )
        for count in judgement.counts
    )


def as_row_fault(fault: tuple[int, str, str, str, str, str]) -> RowFault:
    """Give a fault as a receipt has it, of what :meth:`Judgement.list_faults` gives."""
    line, row_key, column, rule, severity, detail = fault
    return RowFault(
        line, spell_row_id(row_key), column, rule, cast(Severity, severity), detail
    )


def _find_size(vault: duckdb.DuckDBPyConnection, export_id: str) -> int:
    found = vault.execute(
        "select size_bytes from vault.exports where export_id = ?", [export_id]
    ).fetchone()
    return int(found[0]) if found else 0
