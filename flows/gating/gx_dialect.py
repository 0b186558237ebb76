"""The SQLAlchemy dialect by which Great Expectations reads DuckDB.

Every stock DuckDB dialect reads a result after the next query has begun and fails with
``list index out of range`` (Great Expectations 1.24.1, duckdb-sqlalchemy 1.5.5.16,
2026-11). Fetching each result whole, at once, is the remedy.
"""

from __future__ import annotations

from typing import Any

import duckdb_sqlalchemy as base
from sqlalchemy.dialects import registry
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

from flows.duck import connect

SCHEME = "duckdb+buffered"


class BufferedContext(base.Dialect.execution_ctx_cls):  # type: ignore[misc,valid-type]
    """Fetches a result whole as soon as its query has run."""

    def post_exec(self) -> None:
        """Replace the live cursor by its rows."""
        super().post_exec()
        if self.cursor.description:
            self.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(
                self.cursor.description, initial_buffer=self.cursor.fetchall()
            )


class BufferedDialect(base.Dialect):  # type: ignore[misc]
    """DuckDB through :func:`flows.duck.connect`, results buffered.

    Connections to one named in-memory database must share one configuration, so the
    dialect opens them the way the rest of Commonground does.
    """

    driver = "buffered"
    supports_statement_cache = False
    execution_ctx_cls = BufferedContext

    def connect(self, *arguments: Any, **parameters: Any) -> Any:
        """Open the database the address names; other parameters are not used."""
        return base.ConnectionWrapper(connect(database=parameters["database"]))


def address(database: str) -> str:
    """Give the SQLAlchemy address of a named in-memory database."""
    return f"{SCHEME}:///{database}"


registry.register("duckdb.buffered", __name__, "BufferedDialect")
