"""Read who was put together with whom, and who belongs together, from files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from flows.duck import quote_name
from flows.errors import LinkageError
from flows.linkage.tables.input import drop_inputs, read_inputs
from flows.linkage.tables.words import load_words
from flows.onboarding.names import normalise

_PERSON = (
    "cluster", "true_person_id", "person_id", "cluster_id", "true_cluster", "true_id",
    "true_person", "entity_id", "entity", "person", "label", "group_id",
)  # fmt: skip
_MARK = "chr(31)"
RUN_LINKS = "person_links.parquet"
"""Where a linked run of a place keeps who is who."""


@dataclass(frozen=True)
class Clusters:
    """A table that says of each record with which others it is one person.

    Attributes:
        path: its file.
        table: its name in DuckDB, every column as text.
        columns: heading -> column.
        record: heading of the record's id.
        person: heading of the person's id.
        source: heading of where a record is from; empty if there is none.
        rows: how many rows it has.
    """

    path: Path
    table: str
    columns: dict[str, str]
    record: str
    person: str
    source: str
    rows: int

    def sql(self, heading: str) -> str:
        """SQL of a column."""
        return quote_name(self.columns[heading])

    def record_sql(self, *, with_source: bool) -> str:
        """SQL of what a record is known by: its id, or its source and its id."""
        if not with_source:
            return self.sql(self.record)
        source = f"coalesce({self.sql(self.source)}, '')"
        return f"{source} || {_MARK} || {self.sql(self.record)}"


def read_table(
    connection: duckdb.DuckDBPyConnection, path: Path, table: str
) -> tuple[dict[str, str], int]:
    """Read a file into a table of text.

    Returns:
        Heading -> column, and how many rows there are.

    Raises:
        LinkageError: it is missing, empty, damaged or of no kind that can be read.
    """
    given = read_inputs(connection, [path])[0]
    connection.execute(
        f"create or replace table {table} as "
        f"select * exclude (place) from {given.table}"
    )
    drop_inputs(connection, [given])
    return given.columns, given.rows


def read_links(
    connection: duckdb.DuckDBPyConnection, path: Path, table: str
) -> Clusters:
    """Read what ``link run`` wrote, or a linked run's folder or ``person_links``.

    Raises:
        LinkageError: there is no such file, or its columns say of no record whose it
            is.
    """
    if path.is_dir():
        path = path / RUN_LINKS
    columns, rows = read_table(connection, path, table)
    record = _choose(columns, ("record_id",)) or _choose(columns, _record_names())
    person = _choose(columns, ("person_id",)) or _choose(columns, _PERSON)
    if not record or not person:
        raise LinkageError(
            f"{path} has no columns record_id and person_id, as 'link run' writes "
            f"them. Its columns: {', '.join(columns)}."
        )
    source = next((c for c in columns if normalise(c) == "source"), "")
    return Clusters(path, table, columns, record, person, source, rows)


def read_truth(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    table: str,
    links: Clusters,
    record: str = "",
    person: str = "",
    source: str = "",
) -> Clusters:
    """Read who belongs together; columns that are not named are found by their names.

    Of several columns that could be the record's id, the one that names records of the
    links is taken, if it is the only one.

    Args:
        connection: holds the links.
        path: any table with a row per record: its id and its person.
        table: the name it gets.
        links: what it will be compared with.
        record: heading of the record's id, or empty.
        person: heading of the person's id, or empty.
        source: heading of where a record is from, or empty.

    Raises:
        LinkageError: a column is not there, or none or several could be meant; it says
            what to write.
    """
    columns, rows = read_table(connection, path, table)
    record = _find(path, columns, record, "--record")
    person = _find(path, columns, person, "--person")
    source = _find(path, columns, source, "--source")
    if not record:
        names = [n for n in _candidates(columns, _record_names()) if n != person]
        known = [n for n in names if _names_any(connection, table, columns[n], links)]
        record = _only(path, columns, known or names, "record's id", "--record")
    if not person:
        names = [n for n in _candidates(columns, _PERSON) if n != record]
        person = _only(path, columns, names, "person's id", "--person")
    if not source:
        names = _candidates(columns, load_words()["source"])
        source = names[0] if len(names) == 1 else ""
    return Clusters(path, table, columns, record, person, source, rows)


def find_columns(truth: Clusters, names: list[str]) -> list[str]:
    """Find the columns that subgroups are to be made of.

    Raises:
        LinkageError: the truth has no such column.
    """
    return [_find(truth.path, truth.columns, name, "--by") for name in names]


def is_repeated(connection: duckdb.DuckDBPyConnection, clusters: Clusters) -> bool:
    """Does a record's id stand in more than one row, as from several sources?"""
    record = clusters.sql(clusters.record)
    row = connection.execute(
        f"select count({record}) > count(distinct {record}) from {clusters.table}"
    ).fetchone()
    return bool(row and row[0])


def store_clusters(
    connection: duckdb.DuckDBPyConnection,
    clusters: Clusters,
    table: str,
    *,
    with_source: bool,
) -> int:
    """Make a table of ``record`` and ``label``, ready to be measured.

    Returns:
        Rows without a record or a person; they are left out.
    """
    connection.execute(
        f"create or replace table {table} as "
        f"select {clusters.record_sql(with_source=with_source)} as record, "
        f"{clusters.sql(clusters.person)} as label from {clusters.table} "
        f"where {clusters.sql(clusters.record)} is not null "
        f"and {clusters.sql(clusters.person)} is not null"
    )
    row = connection.execute(f"select count(*) from {table}").fetchone()
    return clusters.rows - (int(row[0]) if row else 0)


def _record_names() -> tuple[str, ...]:
    return tuple(load_words()["record"])


def _candidates(
    columns: dict[str, str], names: tuple[str, ...] | list[str]
) -> list[str]:
    plain = {normalise(name) for name in names}
    return [heading for heading in columns if normalise(heading) in plain]


def _choose(columns: dict[str, str], names: tuple[str, ...]) -> str:
    found = _candidates(columns, names)
    return found[0] if len(found) == 1 else ""


def _find(path: Path, columns: dict[str, str], name: str, option: str) -> str:
    if not name or name in columns:
        return name
    alike = [heading for heading in columns if normalise(heading) == normalise(name)]
    if len(alike) == 1:
        return alike[0]
    raise LinkageError(
        f"{path} has no column '{name}', which {option} names. Its columns: "
        f"{', '.join(columns)}."
    )


def _only(
    path: Path, columns: dict[str, str], names: list[str], what: str, option: str
) -> str:
    if len(names) == 1:
        return names[0]
    if names:
        raise LinkageError(
            f"{path}: the {what} may be in {' or '.join(names)}. Say which, for "
            f"example: {option} {names[0]}"
        )
    raise LinkageError(
        f"{path}: no column is named as the {what} usually is. Say which it is with "
        f"{option}. Its columns: {', '.join(columns)}."
    )


def _names_any(
    connection: duckdb.DuckDBPyConnection, table: str, column: str, links: Clusters
) -> bool:
    row = connection.execute(
        f"select count(*) from {table} semi join {links.table} as links "
        f"on links.{links.sql(links.record)} = {table}.{quote_name(column)}"
    ).fetchone()
    return bool(row and row[0])
