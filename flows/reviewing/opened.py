"""The vault opened for a reviewer: to read, in memory, while no run is under way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from flows.duck import attach_encrypted, connect
from flows.keys import Keys
from flows.landing.known import open_ledger
from flows.locks import writer_lock
from flows.paths import Place


@contextmanager
def open_for_review(place: Place, keys: Keys) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the vault as ``vault``, read-only, in a connection of its own.

    Args:
        place: the data folder.
        keys: must hold the identity branch.

    Raises:
        ActRefused: nothing was ever received here.
        RunInProgress: a run is under way.
        SettingsError: no identity key, or one that does not open this vault.
    """
    # For a moment to write: a vault made earlier lacks the table of decisions.
    with open_ledger(place, keys):
        pass
    with writer_lock(place):
        connection = connect(spill=place.root / ".spill")
        try:
            key = keys.for_identity("vault")
            attach_encrypted(connection, place.vault, "vault", key, read_only=True)
            yield connection
        finally:
            connection.close()
