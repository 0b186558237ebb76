"""The forms in which words are compared, found once for each different value."""

from __future__ import annotations

import duckdb

_NAMES = {
    "forename": "plain_name(said)",
    "middle_name": "plain_name(said)",
    "surname": "no_suffix(plain_name(said))",
    "previous_surname": "no_suffix(plain_name(said))",
    "full_name": "no_suffix(plain_name(in_order(said)))",
}
NUMBERS = {
    "nhs_number": "nhs(squeezed)",
    "pnc_number": "pnc(number)",
    "cro_number": "cro(number)",
    "nino": "nino(said)",
    "noms_number": "noms(said)",
    "crn": "squeezed",
    "social_security_number": "squeezed",
}
"""Identifier -> how it is written alike; nothing where it is not of its form."""

_FORMS = {
    "forename_initial": "left(plain_name(said), 1)",
    "surname_initial": "left(plain_name(said), 1)",
    "sex": "plain_sex(said)",
    "postcode": "plain_place(squeezed)",
    **NUMBERS,
}
OTHERS = {
    "text": "plain_words(said)",
    "code": "plain_words(said)",
    "number": "squeezed",
    "phone": "phone_number(said)",
    "email": "plain_mail(said)",
    "address": "plain_words(said)",
}
"""Kind of a column that no field is made for -> how its values are written alike."""


def make_forms(
    connection: duckdb.DuckDBPyConnection,
    column: str,
    kind: str,
    day: str = "",
    table: str = "given",
) -> str:
    """Make a table of the forms of a column's values: ``said`` and ``form``.

    Values repeat, and writing them alike is what costs. It is made once.

    Args:
        connection: holds the table, and the macros of ``cleaning.sql``.
        column: its column.
        kind: a field of a person, or a kind of :data:`OTHERS`.
        day: SQL that reads ``said`` as a day, where the column holds dates.
        table: where the column is.

    Returns:
        The name of the table.
    """
    name = f"forms_{column}_{kind}"
    form = day or _FORMS.get(kind) or OTHERS.get(kind) or _NAMES[kind]
    if kind in _NAMES:
        # NOT ENTERED and the like are no names.
        form = f"if({form} in (select name from not_names), null, {form})"
    connection.execute(
        f"create table if not exists {name} as select said, {form} as form from "
        "(select said, squeezed(said) as squeezed, plain_number(said) as number from "
        f"(select distinct {column} as said from {table} where {column} is not null))"
    )
    return name
