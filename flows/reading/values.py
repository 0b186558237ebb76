"""From a source's text to a typed value, as DuckDB SQL, with the faults it may have.

Each function takes the SQL of a text (a column, already trimmed, blanks already null)
and gives the SQL of the value and of each fault. A value that cannot be read is null
and has a fault; it is never guessed. Dates are in ``dates.py``, closed lists in
``closed_lists.py``, official numbers and postcodes in ``identifiers.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from flows.duck import quote_text
from flows.placeholders import Context, find_placeholders
from flows.reading.faults import Severity

ANYWHERE = Context()
_WARNING: Severity = "warning"

READ_ALL_THE_SAME = ("date_format", "excel_serial")
"""Rules of values that were read: a remark also where the value is required."""

# A code is short and has no spaces, and is not what a number, a date or a postcode
# looks like: nothing that says who a person is slips into a fact as a code.
_CODE = r"[A-Za-z0-9][A-Za-z0-9_./-]{0,15}"
_NO_CODE = "(?i)" + "|".join(
    (
        r"[0-9]{10}",  # NHS number
        r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}",  # postcode
        r"[A-Z]{2}[0-9]{6}[A-D]?",  # National Insurance number
        r"[A-Z][0-9]{4}[A-Z]{2}",  # prison number
        r"[0-9]{2,4}/[0-9]{1,7}[A-Z]|[0-9]{1,6}/[0-9]{2}[A-Z]",  # PNC, CRO
        r"[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}",  # date
    )
)
_SHORTEST_NO_CODE = 5
# Codes of the Office for National Statistics: nine characters since 2011 (E06000001),
# before that county and district (00CM); Scotland's returns number councils (260).
_AREA = "[EWSNKJLM][0-9]{8}|[0-9]{2}[A-Z]{0,2}|[0-9]{3}"


@dataclass(frozen=True)
class Value:
    """SQL of a value, and of the condition under which each fault holds.

    A text is parsed once, in steps that build on each other: ``read`` becomes the
    column :func:`read_name` beside the text, then ``sql`` the column
    :func:`value_name`, and faults look at all three. Most rows have a value, so a
    fault asks for that first.

    Attributes:
        sql: the value.
        faults: condition (never null), rule and severity of each fault.
        read: what to compute before the value; empty where nothing needs it.
        suspect: what holds wherever one of the faults does, and costs little to ask;
            empty where it is that the text gave no value.
    """

    sql: str
    faults: tuple[tuple[str, str, Severity], ...] = ()
    read: str = ""
    suspect: str = ""


def read_name(text: str) -> str:
    """Name of the column that holds what was read of a text."""
    return f"{text}_read"


def value_name(text: str) -> str:
    """Name of the column that holds the value of a text."""
    return f"{text}_value"


def text_value(text: str) -> Value:
    """A key or text, as it is."""
    return Value(text)


def number_value(
    text: str,
    sql_type: str,
    limits: tuple[int, int] | None,
    *,
    context: Context = ANYWHERE,
) -> Value:
    """A number in plain digits; outside its range it is null with a remark."""
    if sql_type == "INTEGER":
        # 3.0 is what spreadsheets make of 3.
        form = "[-+]?[0-9]{1,9}([.]0*)?"
    else:
        form = "[-+]?([0-9]{1,8}([.][0-9]*)?|[.][0-9]+)"
    stand_ins = list_values(sql_type.split("(")[0].lower(), context)
    sound, stand_in = _is_of_form(text, form, form, stand_ins)
    number = f"case when {sound} then {text}::{sql_type} end"
    if limits is None:
        return Value(number, blame(text, stand_in, "not_a_number"))
    read = read_name(text)
    inside = f"{read} between {limits[0]} and {limits[1]}"
    refused = (
        (without_value(text, stand_in), "placeholder", _WARNING),
        (
            without_value(text, f"{read} is null and not {stand_in}"),
            "not_a_number",
            _WARNING,
        ),
        (without_value(text, f"{read} is not null"), "out_of_range", _WARNING),
    )
    return Value(f"case when {inside} then {read} end", refused, number)


def presence_value(text: str) -> Value:
    """Whether anything was written there; the words themselves go nowhere."""
    return Value(f"(({text}) is not null)")


def code_value(text: str, *, context: Context = ANYWHERE) -> Value:
    """A short code as the source writes it; free text is not a code."""
    form = (
        f"case when strlen({text}) < {_SHORTEST_NO_CODE} "
        f"then regexp_full_match({text}, '{_CODE}') "
        f"else regexp_full_match({text}, '{_CODE}') "
        f"and not regexp_full_match({text}, '{_NO_CODE}') end"
    )
    stand_ins = list_values("code", context)
    sound, stand_in = _is_of_form(text, _CODE, form, stand_ins)
    return Value(
        f"case when {sound} then {text} end", blame(text, stand_in, "not_a_code")
    )


def area_value(text: str, *, context: Context = ANYWHERE) -> Value:
    """The code of a council's area, nine characters or the older four; a name is not.

    Source of the form: Office for National Statistics, Register of Geographic Codes.
    """
    stand_ins = list_values("area", context)
    form = f"regexp_full_match({text}, '(?i){_AREA}')"
    sound, stand_in = _is_of_form(text, _AREA, form, stand_ins)
    return Value(
        f"case when {sound} then upper({text}) end",
        blame(text, stand_in, "not_an_area"),
    )


def name_value(text: str, *, context: Context = ANYWHERE) -> Value:
    """A name as recorded; words that stand for 'not known' become null.

    What is recorded stays: linkage cleans names for itself (``linkage/cleaning.sql``).
    """
    stand_in = is_placeholder(f"upper({text})", list_values("name", context))
    return Value(
        f"case when not {stand_in} then {text} end",
        ((without_value(text, "true"), "placeholder", _WARNING),),
    )


def initial_value(text: str, *, context: Context = ANYWHERE) -> Value:
    """The first letter of a name."""
    stand_in = is_placeholder(f"upper({text})", list_values("initial", context))
    return Value(
        f"case when not {stand_in} then upper(left({text}, 1)) end",
        ((without_value(text, "true"), "placeholder", _WARNING),),
    )


def has_no_value(text: str) -> str:
    """SQL: there is a text, and it gave no value."""
    return f"{text} is not null and {value_name(text)} is null"


def without_value(text: str, condition: str) -> str:
    """SQL: there is a text, it gave no value, and the condition holds.

    The condition, which must not be null, is worked out for such rows alone.
    """
    return f"case when {has_no_value(text)} then {condition} else false end"


def is_placeholder(written: str, values: Iterable[str]) -> str:
    """SQL: an upper-case text is one of the values; a last ``*`` is any ending."""
    exact = sorted({v.upper() for v in values if not v.endswith("*")})
    begun = sorted({v[:-1].upper() for v in values if v.endswith("*")})
    parts = [f"starts_with({written}, {quote_text(value)})" for value in begun]
    if exact:
        # A plain IN becomes a join, which is made for every row and every column.
        listed = ", ".join(map(quote_text, exact))
        parts.append(f"list_contains([{listed}], {written})")
    return f"coalesce({' or '.join(parts)}, false)" if parts else "false"


def list_values(kind: str, context: Context) -> list[str]:
    """List the placeholders of a kind of field, as written."""
    return [placeholder.value for placeholder in find_placeholders(kind, context)]


def _is_of_form(
    text: str, form: str, sound: str, stand_ins: list[str]
) -> tuple[str, str]:
    """SQL of whether a text is of a form, and whether it is a placeholder.

    Most texts are asked for their form alone: placeholders matter there only where one
    of them has the form.
    """
    if sound == form:
        sound = f"regexp_full_match({text}, '{form}')"
    passing = [v for v in stand_ins if re.fullmatch(form, v, re.IGNORECASE)]
    if passing:
        sound = f"{sound} and not {is_placeholder(f'upper({text})', passing)}"
    return sound, is_placeholder(f"upper({text})", stand_ins)


def blame(text: str, stand_in: str, rule: str) -> tuple[tuple[str, str, Severity], ...]:
    """Faults of a text without a value: a placeholder, or else what the rule says."""
    found = (without_value(text, stand_in), "placeholder", _WARNING)
    if not rule:
        return (found,)
    return (found, (without_value(text, f"not {stand_in}"), rule, _WARNING))
