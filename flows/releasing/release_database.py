"""``commonground.duckdb``: the gated marts, for analysts under agreement.

A plain DuckDB file any DuckDB of the same storage version opens. It holds pseudonymous
personal data: every id of the warehouse is replaced, counts are not rounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from flows.duck import quote_name, quote_text
from flows.errors import PublishError
from flows.releasing.pseudonyms import load_pseudonyms

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NOTICE = (
    "Pseudonymous personal data for analysts under agreement. Counts are not rounded: "
    "nothing made from this file may be passed on before disclosure control."
)
_TEXT = ("VARCHAR", "UUID")
_PLAIN = (
    *_TEXT,
    *("DATE", "TIMESTAMP", "BOOLEAN"),
    *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"),
    *("FLOAT", "DOUBLE", "DECIMAL"),
)


def build_database(
    connection: DuckDBPyConnection,
    path: Path,
    marts: Sequence[str],
    key: bytes,
    facts: dict[str, Any],
    gates: Sequence[dict[str, Any]],
) -> dict[str, int]:
    """Write the marts and ``meta`` to a new file and check it by opening it again.

    Args:
        connection: has the warehouse attached as ``warehouse``.
        path: the file to make.
        marts: tables of the warehouse's schema ``main``.
        key: pseudonym key of the analysts.
        facts: one row for ``meta.release``, text values.
        gates: rows for ``meta.gates``, text values.

    Returns:
        Rows by mart.

    Raises:
        PublishError: a mart holds what cannot be published, or the file does not hold
            what was written.
    """
    columns = {mart: _list_columns(connection, mart) for mart in marts}
    load_pseudonyms(connection, "analyst_ids", _every_id(columns), key)
    connection.execute(f"attach {quote_text(str(path))} as published")
    for mart in marts:
        _copy_mart(connection, mart, columns[mart])
        _check_no_id_left(connection, mart, columns[mart])
    _write_meta(connection, "release", [facts])
    _write_meta(connection, "gates", gates)
    connection.execute("checkpoint published")
    connection.execute("detach published")
    rows = {mart: _count(connection, f"warehouse.main.{mart}") for mart in marts}
    _check_file(path, rows)
    return rows


def _list_columns(connection: DuckDBPyConnection, mart: str) -> dict[str, str]:
    """Columns of a mart and their types, without machinery (``_run_id`` ...)."""
    found = connection.execute(
        "select column_name, data_type from duckdb_columns() where database_name = "
        "'warehouse' and schema_name = 'main' and table_name = ? order by column_index",
        [mart],
    ).fetchall()
    columns = {name: kind for name, kind in found if not name.startswith("_")}
    for name, kind in columns.items():
        if kind.partition("(")[0] not in _PLAIN:
            raise PublishError(
                f"Mart {mart}: column {name} is {kind}. A published column holds one "
                "plain value; give it a table of its own."
            )
    if not columns:
        raise PublishError(
            f"The warehouse has no mart {mart}, which expectations/published names. "
            "Run the transform stage first."
        )
    return columns


def _is_id(name: str) -> bool:
    return name.endswith("_id")


def _every_id(columns: dict[str, dict[str, str]]) -> str:
    parts = [
        f"select {quote_name(name)}::varchar as id from warehouse.main.{mart}"
        for mart, names in columns.items()
        for name in names
        if _is_id(name)
    ]
    union = " union ".join(parts) or "select null::varchar as id"
    return f"select id from ({union}) where id is not null"


def _copy_mart(
    connection: DuckDBPyConnection, mart: str, columns: dict[str, str]
) -> None:
    joins, chosen = [], []
    for number, name in enumerate(columns):
        if _is_id(name):
            alias = f"ids_{number}"
            joins.append(
                f"left join analyst_ids as {alias} "
                f"on {alias}.id = mart.{quote_name(name)}::varchar"
            )
            chosen.append(f"{alias}.pseudonym as {quote_name(name)}")
        else:
            chosen.append(f"mart.{quote_name(name)}")
    # The order of rows would tell which were added last: it is made to depend on what
    # the rows say alone.
    connection.execute(
        f"create table published.main.{quote_name(mart)} as "
        f"select {', '.join(chosen)} from warehouse.main.{quote_name(mart)} as mart "
        f"{' '.join(joins)} order by all"
    )
    _copy_comments(connection, mart)


def _copy_comments(connection: DuckDBPyConnection, mart: str) -> None:
    table = f"published.main.{quote_name(mart)}"
    where = (
        "where database_name = 'warehouse' and schema_name = 'main' "
        "and table_name = ? and comment is not null"
    )
    for (comment,) in connection.execute(
        f"select comment from duckdb_tables() {where}", [mart]
    ).fetchall():
        connection.execute(f"comment on table {table} is {quote_text(comment)}")
    for name, comment in connection.execute(
        f"select column_name, comment from duckdb_columns() {where} "
        "and not starts_with(column_name, '_')",
        [mart],
    ).fetchall():
        connection.execute(
            f"comment on column {table}.{quote_name(name)} is {quote_text(comment)}"
        )


def _check_no_id_left(
    connection: DuckDBPyConnection, mart: str, columns: dict[str, str]
) -> None:
    """Look for the warehouse's ids in every text column, whatever it is called."""
    for name, kind in columns.items():
        if kind in _TEXT and _count(
            connection,
            f"published.main.{mart} where {quote_name(name)}::varchar "
            "in (select id from analyst_ids)",
        ):
            raise PublishError(
                f"Mart {mart}: column {name} holds ids of the warehouse. Name it "
                "..._id, so that it is replaced, or drop it from the mart."
            )


def _write_meta(
    connection: DuckDBPyConnection, table: str, rows: Sequence[dict[str, Any]]
) -> None:
    columns = ", ".join(f"{quote_name(name)} varchar" for name in rows[0])
    marks = ", ".join("?" for _ in rows[0])
    connection.execute("create schema if not exists published.meta")
    connection.execute(f"create table published.meta.{table} ({columns})")
    connection.executemany(
        f"insert into published.meta.{table} values ({marks})",
        [list(row.values()) for row in rows],
    )
    about = {
        "release": f"One row: this release. {NOTICE}",
        "gates": "One row per expectation that was judged before this release.",
    }[table]
    connection.execute(
        f"comment on table published.meta.{table} is {quote_text(about)}"
    )


def _count(connection: DuckDBPyConnection, source: str) -> int:
    row = connection.execute(f"select count(*) from {source}").fetchone()
    return int(row[0]) if row else 0


def _check_file(path: Path, rows: dict[str, int]) -> None:
    with duckdb.connect(str(path), read_only=True) as again:
        found = {mart: _count(again, f"main.{quote_name(mart)}") for mart in rows}
    if found != rows:
        raise PublishError(
            f"{path.name} does not hold the rows of the warehouse: found {found}, "
            f"expected {rows}. Publish again; check free disk space."
        )
    if path.with_name(f"{path.name}.wal").exists():
        raise PublishError(
            f"{path.name} has a write-ahead log beside it after closing."
        )
