"""What the ledger knows of exports, opened for an operator's question or act."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields

import duckdb

from flows.errors import ActRefused
from flows.keys import Keys
from flows.landing.told import check_vault_is_here, holds_landed, open_told
from flows.locks import writer_lock
from flows.paths import Place
from flows.vault import open_vault

_SHORTEST_PREFIX = 4


@dataclass(frozen=True)
class ExportFacts:
    """Everything the ledger knows of one export; see ``vault.exports``.

    Attributes:
        file_name: None, as its size and all words, where the vault is not at hand.
        rule: why it was refused, or None.
        hold_rule: why it was held last, or None.
        released_rules: rules an operator has released it from.
        decision: ``released`` or ``rejected``: the operator's last on it, or None.
        rows_in: rows of the file; None until it has landed, like the other counts.
    """

    export_id: str
    provider: str
    sector: str
    file_name: str | None
    size_bytes: int | None
    received_at: dt.datetime
    export_date: dt.date
    layout: str | None
    file_kind: str | None
    state: str
    rule: str | None
    words: str | None
    read_as: str | None
    rows_in: int | None
    rows_landed: int | None
    rows_quarantined: int | None
    rows_unchanged: int | None
    rows_withdrawn: int | None
    rows_warned: int | None
    hold_rule: str | None
    hold_words: str | None
    released_rules: list[str] | None
    decision: str | None
    decided_by: str | None
    decided_at: dt.datetime | None
    decision_reason: str | None


_COLUMNS = tuple(column.name for column in fields(ExportFacts))
EXPORT_FACTS = ", ".join(_COLUMNS)
"""Columns of ``vault.exports``, in the order of :class:`ExportFacts`."""


@contextmanager
def open_ledger(place: Place, keys: Keys) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the vault for an operator's question or act; no run can be under way.

    Raises:
        ActRefused: nothing was ever received here.
        SettingsError: the vault is not where it was, or its key is not at hand.
        RunInProgress: a run is under way.
    """
    check_vault_is_here(place)
    if not place.vault.exists():
        raise ActRefused(
            f"Nothing was ever received in {place.root}. Is it the right data folder "
            "(--data)? Else: commonground run"
        )
    with writer_lock(place), open_vault(place, keys) as vault:
        yield vault


@contextmanager
def open_to_ask(place: Place, keys: Keys) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the ledger for a question; without the vault or its key, what was told.

    Raises:
        ActRefused: nothing was ever received here.
        RunInProgress: a run is under way.
    """
    is_withheld = keys.identity is None or not place.vault.exists()
    if is_withheld and holds_landed(place):
        with open_told(place, _COLUMNS) as told:
            yield told
    else:
        with open_ledger(place, keys) as vault:
            yield vault


def find_export(vault: duckdb.DuckDBPyConnection, export_id: str) -> ExportFacts:
    """Find one export by its id or the first characters of it.

    Raises:
        ActRefused: no export, or more than one, begins so; or too few characters.
    """
    if len(export_id) < _SHORTEST_PREFIX:
        raise ActRefused(f"Give at least {_SHORTEST_PREFIX} characters of the id.")
    rows = vault.execute(
        f"select {EXPORT_FACTS} from vault.exports where starts_with(export_id, ?)",
        [export_id.lower()],
    ).fetchall()
    if len(rows) == 1:
        return ExportFacts(*rows[0])
    raise ActRefused(
        f"{len(rows):,} exports begin with {export_id!r}; expected one. "
        "To see their ids: commonground exports list"
    )


@contextmanager
def one_transaction(vault: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Do all of what follows, or nothing of it."""
    vault.execute("begin")
    try:
        yield
        vault.execute("commit")
    except BaseException:
        vault.execute("rollback")
        raise
