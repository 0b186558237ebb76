"""Held exports in the ledger: how one is held, and which wait for an operator."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import duckdb

from flows.landing.facts import Export
from flows.landing.hold_rules import Hold
from flows.landing.ledger import write_state
from flows.mappings import Mapping


@dataclass(frozen=True)
class HeldExport:
    """One export that waits for an operator, and why."""

    export_id: str
    provider: str
    file_name: str
    export_date: dt.date
    rule: str
    words: str


def enter_hold(
    vault: duckdb.DuckDBPyConnection,
    export: Export,
    mapping: Mapping,
    hold: Hold,
    folder: Path,
) -> None:
    """Say that an export is held, and why; an earlier decision on it is past.

    The file aside is written first: whatever a kill leaves, the next run can finish.

    Args:
        vault: a connection with the vault attached for writing.
        export: the export.
        mapping: how it was, or would be, read.
        hold: the rule and its words.
        folder: where files are written aside.
    """
    write_state(vault, export.export_id, "held", hold.rule, folder)
    vault.execute(
        """
        update vault.exports set
            state = 'held', layout = $layout, file_kind = $kind,
            hold_rule = $rule, hold_words = $words,
            decision = null, decided_by = null, decided_at = null,
            decision_reason = null
        where export_id = $export
        """,
        {
            "layout": mapping.layout,
            "kind": mapping.file_kind,
            "rule": hold.rule,
            "words": hold.words,
            "export": export.export_id,
        },
    )


def list_held(vault: duckdb.DuckDBPyConnection) -> list[HeldExport]:
    """List every export that waits for an operator, the longest waiting first."""
    rows = vault.execute(
        """
        select export_id, provider, file_name, export_date, hold_rule, hold_words
        from vault.exports where state = 'held' order by received_at, export_id
        """
    ).fetchall()
    return [HeldExport(*row) for row in rows]
