"""Plain columns: the form invented lives have between drawing them and writing them."""

from __future__ import annotations

from datetime import date

import duckdb
import numpy as np
import pyarrow as pa

Columns = dict[str, np.ndarray]
"""Equally long arrays by name; one place in all of them is one row."""

NO_DAY = np.int32(-(2**31))
"""Stands for "no such day" among days since 1970."""

EPOCH = date(1970, 1, 1)


def count_days(day: date) -> int:
    """Return days since 1970-01-01."""
    return (day - EPOCH).days


def take(columns: Columns, rows: np.ndarray) -> Columns:
    """Return the rows of a mask or an index."""
    return {name: values[rows] for name, values in columns.items()}


def stack(first: Columns, second: Columns) -> Columns:
    """Put the rows of two frames with the same names under each other."""
    return {name: np.concatenate([first[name], second[name]]) for name in first}


def count_rows(columns: Columns) -> int:
    """Return the number of rows."""
    return len(next(iter(columns.values())))


def store(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: Columns,
    days: tuple[str, ...] = (),
    words: dict[str, tuple[str, ...]] | None = None,
) -> None:
    """Make a DuckDB table of columns.

    Args:
        connection: where the table is made.
        name: its name.
        columns: the rows.
        days: columns of days since 1970, which become dates (``NO_DAY``: null).
        words: columns of places in a list of words, which become text (-1: null).
    """
    arrays = {}
    for key, values in columns.items():
        if key in days:
            arrays[key] = pa.array(values, pa.int32(), mask=values == NO_DAY).cast(
                pa.date32()
            )
        elif words and key in words:
            places = pa.array(values, pa.int32(), mask=values < 0)
            arrays[key] = pa.array(words[key], pa.string()).take(places)
        else:
            arrays[key] = pa.array(values)
    connection.register("_arrow", pa.table(arrays))
    connection.execute(f"create or replace table {name} as select * from _arrow")
    connection.unregister("_arrow")
