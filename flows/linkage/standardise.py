"""From the vault's rows to one standard row per person record, in memory."""

from __future__ import annotations

import duckdb

from flows.duck import quote_text
from flows.linkage.policy import FOLDER, Policy
from flows.placeholders import list_not_names

_MADE = ("standard", "identifiers", "rejections")


def standardise_records(connection: duckdb.DuckDBPyConnection, policy: Policy) -> None:
    """Make ``records``, ``identifiers`` and ``standard`` of everything the vault holds.

    Args:
        connection: an in-memory database with the vault attached as ``vault``.
        policy: the matching policy.
    """
    forget_records(connection)
    number_records(connection)
    begin_standard(connection)
    add_standard(connection, "select n from records")


def forget_records(connection: duckdb.DuckDBPyConnection) -> None:
    """Begin as if no record had been seen before."""
    connection.execute(
        "create or replace table known_records "
        "(n integer, record_id uuid, stamp ubigint, component integer)"
    )


def number_records(connection: duckdb.DuckDBPyConnection) -> None:
    """Make ``records``, ``changed`` and ``gone``; see ``records.sql``.

    A record keeps its number for as long as it is known.

    Args:
        connection: holds ``known_records``, those of the last linking.
    """
    _execute_file(connection, "records")


def begin_standard(connection: duckdb.DuckDBPyConnection) -> None:
    """Make ``standard`` and ``identifiers`` without a row in them."""
    names = ", ".join(f"({quote_text(name)})" for name in list_not_names())
    connection.execute(
        f"create or replace table not_names as select * from (values {names}) t(name)"
    )
    connection.execute(
        "create or replace table nicknames as select * from "
        f"read_csv({quote_text(str(FOLDER / 'nicknames.csv'))}, header = true)"
    )
    _execute_file(connection, "cleaning")
    _execute_file(connection, "agreement")
    for table in _MADE:
        connection.execute(f"drop table if exists {table}")


def add_standard(connection: duckdb.DuckDBPyConnection, wanted: str) -> None:
    """Add the standard rows of some records to ``standard`` and ``identifiers``.

    Records that are there already, or have no live row, are passed over.

    Args:
        connection: begun by :func:`begin_standard`, holds ``records``.
        wanted: SQL of the numbers ``n`` of records.
    """
    is_first = not _has_table(connection, "standard")
    unless = "" if is_first else "anti join standard using (n)"
    connection.execute(
        f"create or replace table wanted as select distinct n from ({wanted}) {unless}"
    )
    for step in ("live", "said", "standard", "rejections"):
        _execute_file(connection, step)
    for table in _MADE:
        if is_first:
            connection.execute(f"alter table new_{table} rename to {table}")
        else:
            connection.execute(f"insert into {table} by name from new_{table}")
            connection.execute(f"drop table new_{table}")
    for step in ("live", "said"):
        connection.execute(f"drop table {step}")


def _has_table(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    found = connection.execute(
        "select count(*) from duckdb_tables() where table_name = ? "
        "and database_name = current_database()",
        [name],
    ).fetchone()
    return bool(found and found[0])


def _execute_file(connection: duckdb.DuckDBPyConnection, step: str) -> None:
    connection.execute((FOLDER / f"{step}.sql").read_text(encoding="utf-8"))
