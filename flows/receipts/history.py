"""The exports before: what a receipt compares with, as the vault's ledger has it."""

from __future__ import annotations

import datetime as dt

import duckdb

from flows.receipts.facts import Past, ProblemKey

LONGEST_MEMORY = 36
"""How many exports back a problem is remembered: three years of monthly ones."""

NOT_ASKED = "not_asked"
"""What ``fault_counts`` has for a severity where a rule could not be asked."""


def read_past(
    vault: duckdb.DuckDBPyConnection,
    provider: str,
    kind: str,
    export_id: str,
    day: dt.date,
) -> tuple[Past, ...]:
    """Read the exports of a provider and kind that landed up to a day, oldest first.

    Args:
        vault: a connection with the vault attached.
        provider: the provider's short name.
        kind: file kind of the layout.
        export_id: the export the receipt is of; it is left out.
        day: the day of that export.
    """
    exports = vault.execute(
        """
        select
            export_id, export_date, rows_in, rows_landed, rows_quarantined, rows_warned
        from vault.exports
        where provider = ? and file_kind = ? and state = 'landed'
            and export_id <> ? and export_date <= ?
        order by export_date desc, received_at desc, export_id
        limit ?
        """,
        [provider, kind, export_id, day, LONGEST_MEMORY],
    ).fetchall()
    found, not_asked = _read_counts(vault, [export[0] for export in exports])
    return tuple(
        Past(
            day, rows_in, landed, quarantined, warned,
            found.get(export, {}),
            frozenset(not_asked.get(export, ())),
        )
        for export, day, rows_in, landed, quarantined, warned in reversed(exports)
    )  # fmt: skip


def _read_counts(
    vault: duckdb.DuckDBPyConnection, exports: list[str]
) -> tuple[dict[str, dict[ProblemKey, int]], dict[str, set[str]]]:
    """Give, by export, what each rule found in each column, and the rules not asked."""
    rows = vault.execute(
        """
        select export_id, rule, column_name, severity = ?, sum(faults)::bigint
        from vault.fault_counts
        where list_contains(?, export_id)
        group by all
        """,
        [NOT_ASKED, exports],
    ).fetchall()
    found: dict[str, dict[ProblemKey, int]] = {}
    not_asked: dict[str, set[str]] = {}
    for export, rule, column, is_not_asked, faults in rows:
        if is_not_asked:
            not_asked.setdefault(export, set()).add(rule)
        else:
            found.setdefault(export, {})[(rule, column)] = faults
    return found, not_asked
