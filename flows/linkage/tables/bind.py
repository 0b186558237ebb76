"""Bring inputs and map together: one table ``given``, a column for each field."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import duckdb

from flows.duck import quote_text
from flows.errors import LinkageError
from flows.linkage.tables.column_map import ColumnMap
from flows.linkage.tables.input import Input
from flows.linkage.tables.words import Column


@dataclass(frozen=True)
class Bound:
    """Inputs as the map reads them.

    Attributes:
        fields: our field -> its columns in ``given``, the first speaks first.
        formats: ``birth_date`` or a column of ``given`` -> how its dates are written.
        others: column in ``given`` -> kind, for columns that no field is made for.
        headings: column in ``given`` -> heading, to speak of it.
        sources: how many sources the records are from.
        remarks: what was unusual, in words.
    """

    fields: dict[str, list[str]]
    formats: dict[str, str]
    others: dict[str, str]
    headings: dict[str, str]
    sources: int
    remarks: list[str]


def bind_inputs(
    connection: duckdb.DuckDBPyConnection, inputs: list[Input], columns: ColumnMap
) -> Bound:
    """Make ``given`` (n, source, record, a column of text for each mapped column).

    What stands for nothing, such as "not known", is nothing there.

    Args:
        connection: holds the tables of the inputs, and the macros of ``cleaning.sql``.
        inputs: the files.
        columns: what is in which column.

    Raises:
        LinkageError: ids of records are missing or not unique.
    """
    fields: dict[str, list[str]] = {}
    formats: dict[str, str] = {}
    headings: dict[str, str] = {}
    wanted: list[tuple[str, Column]] = []
    for name, column in columns.columns.items():
        if column.in_parts:
            fields[name] = [f"{name}_0"]
            wanted.append((f"{name}_0", column))
            headings[f"{name}_0"] = ", ".join(h for h in column.headings if h)
            continue
        fields[name] = [f"{name}_{i}" for i in range(len(column.headings))]
        for place, heading in zip(fields[name], column.headings, strict=True):
            wanted.append((place, Column((heading,))))
            headings[place] = heading
            if column.format:
                formats[place] = column.format
    others = {f"other_{i}": other.kind for i, other in enumerate(columns.others)}
    for place, other in zip(others, columns.others, strict=True):
        wanted.append((place, Column((other.heading,))))
        headings[place] = other.heading
    before = itertools.accumulate((one.rows for one in inputs), initial=0)
    parts = [
        _select(one, number, columns, wanted)
        for one, number in zip(inputs, before, strict=False)
    ]
    connection.execute(f"create or replace table given as {' union all '.join(parts)}")
    _check_ids(connection, columns)
    remarks = [remark for one in inputs for remark in one.remarks]
    remarks += _say_absent(inputs, columns)
    sources = connection.execute("select count(distinct source) from given").fetchall()
    return Bound(fields, formats, others, headings, sources[0][0], remarks)


def _select(
    one: Input, first: int, columns: ColumnMap, wanted: list[tuple[str, Column]]
) -> str:
    """SQL of the rows of ``given`` of an input, whose first record has a number."""
    chosen = []
    for place, column in wanted:
        told = [one.columns.get(h, "null::varchar") for h in column.headings]
        if column.in_parts:
            year, month, day = told
            chosen.append(
                f"known({year}) || '-' || coalesce(known({month}), '01') || '-' || "
                f"coalesce(known({day}), '01') as {place}"
            )
        else:
            chosen.append(f"known({told[0]}) as {place}")
    record = one.columns.get(columns.record) or "(place + 1)::varchar"
    named = quote_text(one.source)
    source = one.columns.get(columns.source)
    told_source = f"coalesce({source}, {named})" if source else named
    listed = "".join(f", {column}" for column in chosen)
    return (
        f"select (place + {first})::integer as n, {told_source} as source, "
        f"{record} as record{listed} from {one.table}"
    )


def _check_ids(connection: duckdb.DuckDBPyConnection, columns: ColumnMap) -> None:
    counted = connection.execute(
        """
        select
            (select count(*) from given where record is null),
            (select count(*) from (
                select 1 from given where record is not null
                group by source, record having count(*) > 1
            )),
        """
    ).fetchall()
    missing, shared = counted[0]
    if missing:
        raise LinkageError(
            f"'record: {columns.record}' is empty in {missing:,} rows. Name a column "
            "that every row has, or leave 'record' out: rows are then numbered."
        )
    if shared:
        raise LinkageError(
            f"'record: {columns.record}' does not name one record each: {shared:,} ids "
            "stand in more than one row of a source. Name another column, name the "
            "source of each row with 'source:', or leave 'record' out: rows are then "
            "numbered."
        )


def _say_absent(inputs: list[Input], columns: ColumnMap) -> list[str]:
    named = [h for c in columns.columns.values() for h in c.headings if h]
    named += [other.heading for other in columns.others]
    return [
        f"{one.source} has no column '{heading}': nothing is known there."
        for one in inputs
        for heading in named
        if heading not in one.columns and not _has_another(one, columns, heading)
    ]


def _has_another(one: Input, columns: ColumnMap, heading: str) -> bool:
    """Another column of the same field speaks for this file."""
    return any(
        heading in column.headings
        and not column.in_parts
        and any(other in one.columns for other in column.headings)
        for column in columns.columns.values()
    )
