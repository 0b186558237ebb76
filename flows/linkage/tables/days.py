"""Read dates in whatever way a column writes them, and say how they were read."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from flows.duck import quote_text

_TWO_SMALL = "^\\d{1,2}[-/. ]\\d{1,2}[-/. ](\\d{2}|\\d{4})(\\D|$)"


@dataclass(frozen=True)
class Days:
    """How a column's dates are read.

    Attributes:
        sql: an expression of ``said`` that gives YYYY-MM-DD, or nothing.
        remarks: what a person should know of it, in words.
    """

    sql: str
    remarks: list[str]


def read_days(
    connection: duckdb.DuckDBPyConnection, column: str, heading: str, told: str
) -> Days:
    """Find out how dates are written in a column of ``given``.

    Args:
        connection: holds ``given`` and the macros of ``cleaning.sql``.
        column: the column.
        heading: what its file calls it.
        told: the format the map tells, in the signs of ``strptime``, or nothing.
    """
    connection.execute(
        f"create or replace table spoken_days as select {column} as said, count(*) as "
        f"records from given where {column} is not null group by {column}"
    )
    if told:
        read = f"strftime(try_strptime(said, {quote_text(told)}), '%Y-%m-%d')"
        return Days(read, _say_unread(connection, read, heading))
    day_first, month_first, either, eight, year_last = _look(connection)
    is_day_first = day_first >= month_first
    read = f"day_of(said, {is_day_first}, {year_last * 2 > eight and eight > 0})"
    remarks = _say_unread(connection, read, heading)
    if either and day_first == month_first:
        remarks.append(
            f"'{heading}': no date shows whether day or month comes first; day first "
            'is taken. Say otherwise with {column: ..., format: "%m/%d/%Y"}.'
        )
    return Days(read, remarks)


def _look(
    connection: duckdb.DuckDBPyConnection,
) -> tuple[int, int, int, int, int]:
    """Count records by how their dates may be written."""
    row = connection.execute(
        f"""
        with small as (
            select try_cast(three_parts(said).a as int) as a,
                try_cast(three_parts(said).b as int) as b, records
            from spoken_days
            where regexp_matches(said, {quote_text(_TWO_SMALL)})
        ),

        eight as (
            select said, records from spoken_days
            where regexp_matches(said, '^\\d{{8}}$')
        )

        select
            (select sum(records) from small where a > 12 and b <= 12),
            (select sum(records) from small where b > 12 and a <= 12),
            (select sum(records) from small where b <= 12 and a <= 12 and a <> b),
            (select sum(records) from eight),
            (select sum(records) from eight
            where not said[1:2] in ('15', '16', '17', '18', '19', '20')
                and said[5:6] in ('15', '16', '17', '18', '19', '20')),
        """
    ).fetchall()[0]
    return (row[0] or 0, row[1] or 0, row[2] or 0, row[3] or 0, row[4] or 0)


def _say_unread(
    connection: duckdb.DuckDBPyConnection, read: str, heading: str
) -> list[str]:
    records, unread = connection.execute(
        f"select sum(records), sum(records) filter ({read} is null) from spoken_days"
    ).fetchall()[0]
    if not unread:
        return []
    return [f"'{heading}': {unread:,} of {records:,} dates could not be read."]
