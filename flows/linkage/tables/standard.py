"""From a table and its map to what linkage reads: records, said, standard, others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from flows.duck import quote_text
from flows.linkage.policy import FOLDER as LINKAGE
from flows.linkage.tables.bind import Bound
from flows.linkage.tables.days import read_days
from flows.placeholders import list_not_names

FOLDER = Path(__file__).parent
_NUMBERS = {
    "nhs_number": "if(nhs_is_right(squeezed({0})), squeezed({0}), null)",
    "pnc_number": "pnc(plain_number({0}))",
    "cro_number": "cro(plain_number({0}))",
    "nino": "nullif(regexp_extract(plain_number({0}), '^([A-Z]{{2}}\\d{{6}})[A-Z]?$', "
    "1), '')",
    "noms_number": "if_like(plain_number({0}), '^[A-Z]\\d{{4}}[A-Z]{{2}}$')",
    "crn": "squeezed({0})",
    "social_security_number": "squeezed({0})",
}
"""Identifier -> how it is written alike; nothing where it is not of its form."""

_COMPARED_AS_NUMBERS = (
    "cro_number", "nino", "noms_number", "crn", "social_security_number",
)  # fmt: skip
_KINDS = {
    "text": "plain_words(known({}))",
    "code": "plain_words(known({}))",
    "number": "squeezed(known({}))",
    "phone": "phone_number(known({}))",
    "email": "plain_mail(known({}))",
    "address": "plain_words(known({}))",
}
# A column of identifiers of which so many are not of the form holds something else.
_MOST_MALFORMED = 0.2
_WHOLE_NAME = "full_name"


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


def standardise_table(
    connection: duckdb.DuckDBPyConnection, bound: Bound
) -> Standard:
    """Make ``records``, ``said``, ``identifiers`` and ``standard`` of ``given``.

    Args:
        connection: holds ``given``.
        bound: what the columns of ``given`` are.
    """
    _load_words(connection)
    bound, remarks = _part_numbers(connection, bound)
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
    _make_told(connection, bound, days)
    connection.execute((FOLDER / "said.sql").read_text(encoding="utf-8"))
    connection.execute((FOLDER / "standard.sql").read_text(encoding="utf-8"))
    others, more = _add_others(connection, bound)
    _list_own_numbers(connection, others)
    known = _list_known(connection)
    return Standard(others, bound.headings, known, [*remarks, *more])


def _load_words(connection: duckdb.DuckDBPyConnection) -> None:
    """Make ``not_names``, ``nicknames`` and the macros that write words alike."""
    names = ", ".join(f"({quote_text(name)})" for name in list_not_names())
    connection.execute(
        f"create or replace table not_names as select * from (values {names}) t(name)"
    )
    connection.execute(
        "create or replace table nicknames as select * from "
        f"read_csv({quote_text(str(LINKAGE / 'nicknames.csv'))}, header = true)"
    )
    for path in (LINKAGE / "cleaning.sql", LINKAGE / "agreement.sql"):
        connection.execute(path.read_text(encoding="utf-8"))
    connection.execute((FOLDER / "cleaning.sql").read_text(encoding="utf-8"))


def _part_numbers(
    connection: duckdb.DuckDBPyConnection, bound: Bound
) -> tuple[Bound, list[str]]:
    """Compare as plain numbers what is not compared, or not of the form it should be."""
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


def _make_told(
    connection: duckdb.DuckDBPyConnection, bound: Bound, days: dict[str, str]
) -> None:
    """Make ``told``: a row for what a record says first, and for each alternative."""
    names = [
        "forename", "middle_name", "surname", "previous_surname", _WHOLE_NAME,
        "forename_initial", "surname_initial", "birth_date", "sex", "postcode",
        *_NUMBERS,
    ]  # fmt: skip
    fields = bound.fields
    longest = max((len(fields.get(name, [])) for name in names), default=1)
    rows = []
    for turn in range(max(longest, 1)):
        chosen = []
        for name in names:
            places = fields.get(name, [])
            if turn >= len(places):
                chosen.append(f"null::varchar as {name}")
            elif name == "birth_date":
                chosen.append(f"{days[places[turn]]} as {name}")
            elif name in _NUMBERS:
                form = _NUMBERS[name].format(f"known({places[turn]})")
                chosen.append(f"{form} as {name}")
            else:
                chosen.append(f"known({places[turn]}) as {name}")
        rows.append(f"select n, {-turn} as age, {', '.join(chosen)} from given")
    aliases = [
        f"select n, unnest(string_split_regex(known({place}), '[|;]')) as alias "
        "from given"
        for place in fields.get("aliases", [])
    ]
    if aliases:
        rest = ", ".join(
            f"null::varchar as {name}" for name in names if name != _WHOLE_NAME
        )
        rows.append(
            f"select n, -100 as age, alias as {_WHOLE_NAME}, {rest} "
            f"from ({' union all '.join(aliases)})"
        )
    given, family = fields.get("alias_forename", []), fields.get("alias_surname", [])
    for turn in range(max(len(given), len(family))):
        one = given[turn] if turn < len(given) else (fields.get("forename") or [""])[0]
        two = family[turn] if turn < len(family) else (fields.get("surname") or [""])[0]
        told = [c for c in (given[turn : turn + 1] + family[turn : turn + 1])]
        some = " or ".join(f"known({column}) is not null" for column in told)
        rest = ", ".join(
            f"null::varchar as {name}"
            for name in names
            if name not in {"forename", "surname"}
        )
        rows.append(
            f"select n, {-200 - turn} as age, "
            f"{f'known({one})' if one else 'null'} as forename, "
            f"{f'known({two})' if two else 'null'} as surname, {rest} "
            f"from given where {some}"
        )
    connection.execute(
        f"create or replace table told as {' union all by name '.join(rows)}"
    )


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
    """Make ``own_numbers`` (n, kind, number): what names one person, whole or nearly."""
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
    counted = connection.execute(
        f"select {', '.join(f'count(nullif({c}::varchar, {_EMPTY}))' for c in columns)} "
        "from standard"
    ).fetchall()[0]
    return frozenset(c for c, count in zip(columns, counted, strict=True) if count)


_EMPTY = "'[]'"
