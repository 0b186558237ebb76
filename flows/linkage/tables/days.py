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
        sql: an expression that gives YYYY-MM-DD, or nothing.
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
    said = f"known({column})"
    if told:
        read = f"strftime(try_strptime({said}, {quote_text(told)}), '%Y-%m-%d')"
        return Days(read, _say_unread(connection, said, read, heading))
    day_first, month_first, either, eight, year_last = _look(connection, said)
    is_day_first = day_first >= month_first
    read = f"day_of({said}, {is_day_first}, {year_last * 2 > eight and eight > 0})"
    remarks = _say_unread(connection, said, read, heading)
    if either and day_first == month_first:
        remarks.append(
            f"'{heading}': no date shows whether day or month comes first; day first "
            'is taken. Say otherwise with {column: ..., format: "%m/%d/%Y"}.'
        )
    return Days(read, remarks)


def _look(
    connection: duckdb.DuckDBPyConnection, said: str
) -> tuple[int, int, int, int, int]:
    row = connection.execute(
        f"""
        with small as (
            select try_cast(three_parts(said).a as int) as a,
                try_cast(three_parts(said).b as int) as b
            from (select {said} as said from given)
            where regexp_matches(said, {quote_text(_TWO_SMALL)})
        ),

        eight as (
            select said from (select {said} as said from given)
            where regexp_matches(said, '^\\d{{8}}$')
        )

        select
            (select count(*) from small where a > 12 and b <= 12),
            (select count(*) from small where b > 12 and a <= 12),
            (select count(*) from small where b <= 12 and a <= 12 and a <> b),
            (select count(*) from eight),
            (select count(*) from eight
            where not said[1:2] in ('15', '16', '17', '18', '19', '20')
                and said[5:6] in ('15', '16', '17', '18', '19', '20')),
        """
    ).fetchall()[0]
    return (row[0], row[1], row[2], row[3], row[4])


def _say_unread(
    connection: duckdb.DuckDBPyConnection, said: str, read: str, heading: str
) -> list[str]:
    row = connection.execute(
        f"select count({said}), count({read}) from given"
    ).fetchall()[0]
    unread = row[0] - row[1]
    if not unread:
        return []
    return [f"'{heading}': {unread:,} of {row[0]:,} dates could not be read."]
