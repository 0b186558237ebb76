"""Questions in SQL to the current release: read-only, nothing else within reach."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from flows.errors import PublishError, QuestionError
from flows.paths import Place


@dataclass(frozen=True)
class Answer:
    """Column names and rows of an answer."""

    columns: list[str]
    rows: list[tuple[object, ...]]


def ask(place: Place, sql: str) -> Answer:
    """Put one question to the current release.

    The release's file is opened read-only by its real path, so the next release can be
    made current meanwhile.

    Raises:
        PublishError: there is no release yet.
        QuestionError: the SQL could not be run; DuckDB's own words are passed on, as
            a release holds no identifiers.
    """
    path = (place.published / "current" / "commonground.duckdb").resolve()
    if not path.exists():
        raise PublishError("There is no release yet. Make one with: commonground run")
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            connection.execute("set autoinstall_known_extensions = false")
            connection.execute("set enable_external_access = false")
            connection.execute("set lock_configuration = true")
            return _ask_one(connection, sql)
    except duckdb.Error as error:
        raise QuestionError(
            f"The question could not be answered. {error} Tables: "
            'commonground query "show tables"'
        ) from error


def _ask_one(connection: duckdb.DuckDBPyConnection, sql: str) -> Answer:
    statements = connection.extract_statements(sql)
    if len(statements) != 1:
        raise QuestionError(
            f"One question at a time: this text holds {len(statements)} statements."
        )
    cursor = connection.execute(statements[0])
    columns = [column[0] for column in cursor.description or []]
    return Answer(columns, cursor.fetchall())
