"""What each record says, field by field: the table ``told``, and its numbers."""

from __future__ import annotations

from dataclasses import replace

import duckdb

from flows.linkage.tables.bind import Bound

_NUMBERS = {
    "nhs_number": "nhs(squeezed({0}))",
    "pnc_number": "pnc(plain_number({0}))",
    "cro_number": "cro(plain_number({0}))",
    "nino": "nino({0})",
    "noms_number": "noms({0})",
    "crn": "squeezed({0})",
    "social_security_number": "squeezed({0})",
}
"""Identifier -> how it is written alike; nothing where it is not of its form."""

_COMPARED_AS_NUMBERS = (
    "cro_number", "nino", "noms_number", "crn", "social_security_number",
)  # fmt: skip

_TOLD = (
    "forename", "middle_name", "surname", "previous_surname", "full_name",
    "forename_initial", "surname_initial", "birth_date", "sex", "postcode",
    *_NUMBERS,
)  # fmt: skip
# A column of identifiers of which so many are not of the form holds something else.
_MOST_MALFORMED = 0.2
_WHOLE_NAME = "full_name"


def part_numbers(
    connection: duckdb.DuckDBPyConnection, bound: Bound
) -> tuple[Bound, list[str]]:
    """Compare as plain numbers what is not compared, or not of its form."""
    fields, others, remarks = dict(bound.fields), dict(bound.others), []
    headings = dict(bound.headings)
    for name, form in _NUMBERS.items():
        for place in bound.fields.get(name, []):
            said = f"known({place})"
            held, right = connection.execute(
                f"select count(squeezed({said})), count({form.format(said)}) from given"
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
        days: column of dates -> SQL that reads it.
    """
    longest = max((len(bound.fields.get(name, [])) for name in _TOLD), default=1)
    rows = []
    for turn in range(max(longest, 1)):
        chosen = {
            name: _read(name, places[turn], days)
            for name in _TOLD
            if turn < len(places := bound.fields.get(name, []))
        }
        rows.append(_select(chosen, -turn))
    for place in bound.fields.get("aliases", []):
        listed = f"unnest(string_split_regex(known({place}), '[|;]'))"
        rows.append(_select({_WHOLE_NAME: listed}, -100))
    rows += _list_parted_aliases(bound)
    connection.execute(f"create or replace table told as {' union all '.join(rows)}")


def _list_parted_aliases(bound: Bound) -> list[str]:
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
                chosen[name] = f"coalesce({', '.join(f'known({p})' for p in spoken)})"
        some = " or ".join(f"known({place}) is not null" for place in told)
        rows.append(f"{_select(chosen, -200 - turn)} where {some}")
    return rows


def _read(name: str, place: str, days: dict[str, str]) -> str:
    if name == "birth_date":
        return days[place]
    return _NUMBERS.get(name, "{0}").format(f"known({place})")


def _select(chosen: dict[str, str], age: int) -> str:
    listed = ", ".join(
        f"({chosen.get(name, 'null')})::varchar as {name}" for name in _TOLD
    )
    return f"select n, {age} as age, {listed} from given"
