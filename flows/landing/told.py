"""Exports as a process without the vault knows them: landed, held or refused.

An export that waits to be read, and what an operator decided since the last run, are
known to the ledger alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from flows.duck import connect, quote_text
from flows.errors import SettingsError
from flows.landing.facts import EXPORT_COLUMNS
from flows.paths import Place


def holds_landed(place: Place) -> bool:
    """Whether an export was ever read here, as the landed folder tells."""
    folder = place.landed / "_exports"
    return any(path.stem != "_empty" for path in folder.glob("*.parquet"))


def check_vault_is_here(place: Place) -> None:
    """Refuse to begin a second vault beside facts whose people are in the first.

    Raises:
        SettingsError: exports have landed, and the vault is not where it was.
    """
    if not place.vault.exists() and holds_landed(place):
        raise SettingsError(
            f"The vault {place.vault} is not here, though exports have landed. Taking "
            "in exports, linking, review and decisions on exports need it: bring it "
            "back. What comes after linking does not: commonground run --from transform"
        )


@contextmanager
def open_told(
    place: Place, columns: tuple[str, ...]
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open what was told of exports as a table ``vault.exports``, without the vault.

    Args:
        place: the data folder.
        columns: what is asked for; those that are not told of are null.
    """
    told = {
        **{name: name for name in EXPORT_COLUMNS},
        "rule": "case when state = 'refused' then rule end",
        "hold_rule": "case when state = 'held' then rule end",
    }
    listed = ", ".join(f"{told.get(name, 'null')} as {name}" for name in columns)
    path = quote_text(str(place.landed / "_exports" / "*.parquet"))
    with connect() as connection:
        connection.execute("attach ':memory:' as vault")
        connection.execute(
            f"create table vault.exports as select {listed} from read_parquet({path})"
        )
        yield connection
