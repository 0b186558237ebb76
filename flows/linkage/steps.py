"""Steps of linkage that are SQL files, and counting what they made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from flows.linkage.policy import FOLDER


def run_step(
    connection: duckdb.DuckDBPyConnection,
    step: str,
    folder: Path = FOLDER,
    **values: Any,
) -> None:
    """Run the statements of ``<step>.sql``.

    Args:
        connection: holds what the file says it reads.
        step: the file's name without its ending.
        folder: where the file is.
        values: what stands for each ``$name`` in the file.
    """
    statements = (folder / f"{step}.sql").read_text(encoding="utf-8")
    for name, value in values.items():
        statements = statements.replace(f"${name}", str(value))
    connection.execute(statements)


def count_rows(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """Count the rows of a table, or of a query in brackets."""
    row = connection.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0


def list_texts(texts: tuple[str, ...]) -> str:
    """SQL of a list of our own names, each in quotation marks."""
    return ", ".join(f"'{text}'" for text in texts)
