"""From a table and its map to what linkage reads: records, said, standard, others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from flows.linkage.standardise import load_words
from flows.linkage.steps import run_step
from flows.linkage.tables.bind import Bound
from flows.linkage.tables.days import read_days
from flows.linkage.tables.told import make_told, part_numbers

FOLDER = Path(__file__).parent
_KINDS = {
    "text": "plain_words(known({}))",
    "code": "plain_words(known({}))",
    "number": "squeezed(known({}))",
    "phone": "phone_number(known({}))",
    "email": "plain_mail(known({}))",
    "address": "plain_words(known({}))",
}


@dataclass(frozen=True)
class Standard:
    """What the standard rows hold beyond the known fields.

    Attributes:
        others: column of ``standard`` -> kind; it has a list twin ``<column>_all``.
        headings: column -> heading, to speak of it.
        known: fields that are filled in some record.
        remarks: what was unusual, in words.
    """

    others: dict[str, str]
    headings: dict[str, str]
    known: frozenset[str]
    remarks: list[str]


def standardise_table(connection: duckdb.DuckDBPyConnection, bound: Bound) -> Standard:
    """Make ``records``, ``said``, ``identifiers`` and ``standard`` of ``given``.

    Args:
        connection: holds ``given``.
        bound: what the columns of ``given`` are.
    """
    load_words(connection)
    run_step(connection, "cleaning", FOLDER)
    bound, remarks = part_numbers(connection, bound)
    connection.execute(
        "create or replace table records as select n, source || ' ' || record as "
        "record_id, source as provider from given order by n"
    )
    days = {}
    for place in bound.fields.get("birth_date", []):
        read = read_days(
            connection, place, bound.headings[place], bound.formats.get(place, "")
        )
        days[place] = read.sql
        remarks += read.remarks
    make_told(connection, bound, days)
    run_step(connection, "said", FOLDER)
    run_step(connection, "standard", FOLDER)
    others, more = _add_others(connection, bound)
    _list_own_numbers(connection, others)
    known = _list_known(connection)
    return Standard(others, bound.headings, known, [*remarks, *more])


def _add_others(
    connection: duckdb.DuckDBPyConnection, bound: Bound
) -> tuple[dict[str, str], list[str]]:
    """Add the other columns, and the words of every name, to ``standard``."""
    others, remarks, chosen = {}, [], []
    for place, kind in bound.others.items():
        if kind == "date":
            read = read_days(connection, place, bound.headings[place], "")
            remarks += read.remarks
            expression = read.sql
        else:
            expression = _KINDS[kind].format(place)
        column = f"x_{place}"
        chosen.append(f", {expression} as {column}")
        others[column] = kind
        bound.headings[column] = bound.headings[place]
    lists = "".join(
        f", if({column} is null, [], [{column}]) as {column}_all" for column in others
    )
    connection.execute(
        f"""
        create or replace table standard as
        select standard.*, more.* exclude (n)
        from standard
        inner join (select *{lists} from (select n{"".join(chosen)} from given)) as more
            using (n)
        order by n
        """
    )
    return others, remarks


def _list_own_numbers(
    connection: duckdb.DuckDBPyConnection, others: dict[str, str]
) -> None:
    """Make ``own_numbers`` (n, kind, number): what names one person alone."""
    parts = [
        f"select n, '{column}' as kind, {column} as number from standard "
        f"where length({column}) > 4"
        for column, kind in others.items()
        if kind == "number"
    ]
    parts.append("select n, kind, identifier as number from identifiers")
    connection.execute(
        f"create or replace table own_numbers as {' union all '.join(parts)}"
    )


def _list_known(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """List the columns of ``standard`` that hold something in some record."""
    columns = [row[0] for row in connection.execute("describe standard").fetchall()]
    counts = ", ".join(f"count(nullif({c}::varchar, '[]'))" for c in columns)
    counted = connection.execute(f"select {counts} from standard").fetchall()[0]
    return frozenset(c for c, count in zip(columns, counted, strict=True) if count)
