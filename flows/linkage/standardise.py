"""From the vault's rows to one standard row per person record, in memory."""

from __future__ import annotations

import duckdb

from flows.duck import quote_text
from flows.linkage.memory import recall
from flows.linkage.policy import FOLDER, load_policy
from flows.linkage.steps import run_step
from flows.placeholders import list_not_hashes, list_not_names

_MADE = ("standard", "identifiers", "rejections")


def standardise_records(connection: duckdb.DuckDBPyConnection) -> None:
    """Make ``records``, ``identifiers`` and ``standard`` of everything the vault holds.

    Args:
        connection: an in-memory database with the vault attached as ``vault``.
    """
    recall(connection, forget=True)
    number_records(connection)
    begin_standard(connection, "select n from records")


def number_records(connection: duckdb.DuckDBPyConnection) -> None:
    """Make ``records``, ``changed`` and ``gone``; see ``records.sql``.

    A record keeps its number for as long as it is known.

    Args:
        connection: holds ``known_records``, those of the last linking.
    """
    run_step(connection, "records")


def load_words(connection: duckdb.DuckDBPyConnection) -> None:
    """Make ``not_names``, ``not_hashes``, ``nicknames`` and the macros of words."""
    for table, words in (
        ("not_names(name)", list_not_names()),
        ("not_hashes(hash)", list_not_hashes()),
    ):
        name = table.partition("(")[0]
        listed = ", ".join(f"({quote_text(word)})" for word in words)
        connection.execute(
            f"create or replace table {name} as from (values {listed}) as {table}"
        )
    connection.execute(
        "create or replace table nicknames as select * from "
        f"read_csv({quote_text(str(FOLDER / 'nicknames.csv'))}, header = true)"
    )
    run_step(connection, "cleaning")
    run_step(connection, "agreement")


def begin_standard(connection: duckdb.DuckDBPyConnection, wanted: str) -> None:
    """Make ``standard``, ``identifiers`` and ``rejections`` of some records.

    Args:
        connection: holds ``records``.
        wanted: SQL of the numbers ``n`` of records.
    """
    load_words(connection)
    _standardise(connection, wanted)
    for table in _MADE:
        connection.execute(f"drop table if exists {table}")
        connection.execute(f"alter table new_{table} rename to {table}")


def add_standard(connection: duckdb.DuckDBPyConnection, wanted: str) -> None:
    """Add the standard rows of some records to those that are there.

    Records that are there already, or have no live row, are passed over.

    Args:
        connection: begun by :func:`begin_standard`.
        wanted: SQL of the numbers ``n`` of records.
    """
    _standardise(connection, f"from ({wanted}) anti join standard using (n)")
    for table in _MADE:
        connection.execute(f"insert into {table} by name from new_{table}")
        connection.execute(f"drop table new_{table}")


def _standardise(connection: duckdb.DuckDBPyConnection, wanted: str) -> None:
    connection.execute(
        f"create or replace table wanted as select distinct n from ({wanted})"
    )
    run_step(connection, "live")
    run_step(connection, "said")
    evidence = load_policy().evidence_of_record()
    run_step(connection, "standard", evidence=evidence)
    run_step(connection, "rejections")
    for step in ("live", "said"):
        connection.execute(f"drop table {step}")
