"""From a table and its map to what linkage reads: records, said, standard, others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from flows.linkage.standardise import load_words
from flows.linkage.steps import run_step
from flows.linkage.tables.bind import Bound
from flows.linkage.tables.days import read_days
from flows.linkage.tables.forms import make_forms
from flows.linkage.tables.told import make_told, part_numbers

FOLDER = Path(__file__).parent


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
        days[place] = f"real_day({read.sql})"
        remarks += read.remarks
    others, more = _make_others(connection, bound)
    make_told(connection, bound, days)
    run_step(connection, "said", FOLDER)
    run_step(connection, "standard", FOLDER)
    for table in ("told", "said", "others"):
        connection.execute(f"drop table {table}")
    _list_own_numbers(connection, others)
    known = _list_known(connection)
    return Standard(others, bound.headings, known, [*remarks, *more])


def load_all_words(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the lists of words and the macros that read a table somebody brings."""
    load_words(connection)
    run_step(connection, "cleaning", FOLDER)


def _make_others(
    connection: duckdb.DuckDBPyConnection, bound: Bound
) -> tuple[dict[str, str], list[str]]:
    """Make ``others``: per record the columns that no field is made for."""
    others: dict[str, str] = {}
    remarks: list[str] = []
    chosen, joins = "", ""
    for place, kind in bound.others.items():
        day = ""
        if kind == "date":
            read = read_days(connection, place, bound.headings[place], "")
            remarks += read.remarks
            day = read.sql
        forms = make_forms(connection, place, kind, day)
        column = f"x_{place}"
        joins += f" left join {forms} on {forms}.said = given.{place}"
        chosen += f", {forms}.form as {column}, alone({forms}.form) as {column}_all"
        others[column] = kind
        bound.headings[column] = bound.headings[place]
    connection.execute(
        f"create or replace table others as select n{chosen} from given{joins}"
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
    """List the columns of ``key_lists`` that hold something in some record."""
    described = connection.execute("describe key_lists").fetchall()
    # Looked for, not counted: the first that is found is enough.
    found = ", ".join(
        f"exists(from key_lists where {_holds_something(name, kind)})"
        for name, kind, *_ in described
    )
    held = connection.execute(f"select {found}").fetchall()[0]
    names = (row[0] for row in described)
    return frozenset(name for name, is_held in zip(names, held, strict=True) if is_held)


def _holds_something(name: str, kind: str) -> str:
    return f"len({name}) > 0" if kind.endswith("[]") else f"{name} is not null"
