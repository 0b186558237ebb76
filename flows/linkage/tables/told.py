"""What each record says, field by field: the table ``told``, and its numbers."""

from __future__ import annotations

from dataclasses import replace

import duckdb

from flows.linkage.tables.bind import Bound
from flows.linkage.tables.forms import NUMBERS, make_forms

_COMPARED_AS_NUMBERS = (
    "cro_number", "nino", "noms_number", "crn", "social_security_number",
)  # fmt: skip

_TOLD = (
    "forename", "middle_name", "surname", "previous_surname", "full_name",
    "forename_initial", "surname_initial", "birth_date", "sex", "postcode",
    *NUMBERS,
)  # fmt: skip
# A column of identifiers of which so many are not of the form holds something else.
_MOST_MALFORMED = 0.2
_PARTS = "[|;]"


def part_numbers(
    connection: duckdb.DuckDBPyConnection, bound: Bound
) -> tuple[Bound, list[str]]:
    """Compare as plain numbers what is not compared, or not of its form."""
    fields, others, remarks = dict(bound.fields), dict(bound.others), []
    headings = dict(bound.headings)
    for name in NUMBERS:
        for place in bound.fields.get(name, []):
            forms = make_forms(connection, place, name)
            held, right = connection.execute(
                f"select count({place}), count(form) from given "
                f"left join {forms} on said = {place}"
            ).fetchall()[0]
            is_malformed = held - right > _MOST_MALFORMED * held
            if is_malformed:
                fields[name] = [one for one in fields[name] if one != place]
                remarks.append(
                    f"'{headings[place]}': {held - right:,} of {held:,} values have "
                    f"not the form of a {name}; it is compared as a plain number."
                )
            elif held > right:
                remarks.append(
                    f"'{headings[place]}': {held - right:,} of {held:,} values have "
                    f"not the form of a {name}; they are left out."
                )
            if is_malformed or name in _COMPARED_AS_NUMBERS:
                others[place] = "number"
    return replace(bound, fields=fields, others=others), remarks


def make_told(
    connection: duckdb.DuckDBPyConnection, bound: Bound, days: dict[str, str]
) -> None:
    """Make ``told``: a row for what a record says first, and for each alternative.

    Args:
        connection: holds ``given``.
        bound: what its columns are.
        days: column of dates -> SQL that reads ``said`` as a day.
    """
    longest = max((len(bound.fields.get(name, [])) for name in _TOLD), default=1)
    rows = []
    for turn in range(max(longest, 1)):
        chosen = {
            name: [places[turn]]
            for name in _TOLD
            if turn < len(places := bound.fields.get(name, []))
        }
        rows.append(_select(connection, chosen, -turn, days))
    for place in bound.fields.get("aliases", []):
        connection.execute(
            f"create or replace table listed_{place} as select n, "
            f"known(trim(unnest(string_split_regex({place}, '{_PARTS}')))) as {place} "
            f"from given where {place} is not null"
        )
        alias = {"full_name": [place]}
        rows.append(_select(connection, alias, -100, {}, f"listed_{place}"))
    rows += _list_parted_aliases(connection, bound)
    connection.execute(f"create or replace table told as {' union all '.join(rows)}")


def _list_parted_aliases(
    connection: duckdb.DuckDBPyConnection, bound: Bound
) -> list[str]:
    """Aliases in two columns; a part that is missing is the main one."""
    fields = bound.fields
    given, family = fields.get("alias_forename", []), fields.get("alias_surname", [])
    rows = []
    for turn in range(max(len(given), len(family))):
        told = given[turn : turn + 1] + family[turn : turn + 1]
        chosen = {}
        for name, places in (("forename", given), ("surname", family)):
            spoken = [*places[turn : turn + 1], *fields.get(name, [])[:1]]
            if spoken:
                chosen[name] = spoken
        some = " or ".join(f"{place} is not null" for place in told)
        rows.append(f"{_select(connection, chosen, -200 - turn, {})} where {some}")
    return rows


def _select(
    connection: duckdb.DuckDBPyConnection,
    chosen: dict[str, list[str]],
    age: int,
    days: dict[str, str],
    table: str = "given",
) -> str:
    """SQL of one row per record: of each field, the first of its columns that speaks.

    Args:
        connection: holds the table.
        chosen: field -> its columns.
        age: what the rows are said to be; the greatest speaks first.
        days: column of dates -> SQL that reads ``said`` as a day.
        table: where the columns are.
    """
    joins, listed = "", []
    for name in _TOLD:
        spoken = []
        for place in chosen.get(name, []):
            forms = make_forms(connection, place, name, days.get(place, ""), table)
            joins += f" left join {forms} on {forms}.said = {table}.{place}"
            spoken.append(f"{forms}.form")
        read = f"coalesce({', '.join(spoken)})" if spoken else "null::varchar"
        listed.append(f"{read} as {name}")
    return f"select n, {age} as age, {', '.join(listed)} from {table}{joins}"
