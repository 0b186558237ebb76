"""How common each name and place is: what makes a rare one worth more."""

from __future__ import annotations

from typing import Any

import duckdb

_AVERAGE_RECORDS = 500


def count_terms(
    connection: duckdb.DuckDBPyConnection, settings: dict[str, Any]
) -> None:
    """Make ``terms``: how common names and places are, leaning on the model's average.

    In a small place a name held twice looks common, or rare, by chance alone: so
    many records of average frequency are counted with the place's own. The row without
    a value holds how many records have one.

    Args:
        connection: holds ``standard`` of every record.
        settings: Splink's settings with trained parameters.
    """
    counts = " union all ".join(
        f"select '{column}' as field, * "
        f"from ({count_term(column, average, _AVERAGE_RECORDS)}) "
        f"union all select '{column}', null, count({column}) from standard"
        for column, average in find_averages(settings).items()
    )
    connection.execute(
        f"create or replace table terms as {counts} order by field, value"
    )


def count_term(column: str, average: float, lean: int) -> str:
    """SQL of how common each value of a column of ``standard`` is.

    Args:
        column: the column.
        average: average frequency of its values.
        lean: so many records of average frequency are counted with the place's own.
    """
    return (
        f"select {column} as value, (count(*) + {lean * average}) / "
        f"((select count({column}) from standard) + {lean}) as frequency "
        f"from standard where {column} is not null group by {column}"
    )


def find_averages(settings: dict[str, Any]) -> dict[str, float]:
    """Average frequency of the values of each column whose frequency counts."""
    return {
        level["tf_adjustment_column"]: level["u_probability"]
        for comparison in settings["comparisons"]
        for level in comparison["comparison_levels"]
        if level.get("tf_adjustment_column")
    }


def list_terms(
    connection: duckdb.DuckDBPyConnection, settings: dict[str, Any]
) -> dict[str, str]:
    """Make terms of each column; a value not yet counted is as rare as can be.

    Args:
        connection: holds ``terms`` and ``standard``.
        settings: Splink's settings with trained parameters.

    Returns:
        The name of the table by column, in the form that Splink looks up.
    """
    tables: dict[str, str] = {}
    for column, average in find_averages(settings).items():
        tables[column] = f"terms_{column}"
        least = _AVERAGE_RECORDS * average
        connection.execute(
            f"""
            create or replace table terms_{column} as
            select value as {column}, frequency as tf_{column}
            from terms
            where field = '{column}' and value is not null
            union all
            select
                {column},
                (1 + {least}) / (
                    (select frequency from terms
                        where field = '{column}' and value is null)
                    + {_AVERAGE_RECORDS}
                ),
            from (select distinct {column} from standard where {column} is not null)
            anti join (from terms where field = '{column}') as counted
                on counted.value = {column}
            """
        )
    return tables
