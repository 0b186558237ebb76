"""Dates as sources write them: in the declared forms, else in forms that say all.

A day that is in no declared form is read only if it can mean one day alone: the year
comes first, the month is in letters, or day and month stand in the order the provider
declares. What could be two days is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from flows.duck import quote_text
from flows.placeholders import Context, find_placeholders
from flows.reading.date_forms import EXCEL_SERIAL, GAP, OTHER_FORM, read_date
from flows.reading.faults import Severity
from flows.reading.values import (
    ANYWHERE,
    Value,
    is_placeholder,
    read_name,
    value_name,
    without_value,
)

_NO = "(?:[0X?]{1,2})"
_PARTIAL = (
    rf"(?i)(?:\d{{1,2}}|[A-Z]{{3,9}}|{_NO})?{GAP}?(?:19|20)\d\d"
    rf"|(?:19|20)\d\d(?:{GAP}(?:\d{{1,2}}|[A-Z]{{3,9}}|{_NO}))?(?:{GAP}{_NO})?"
    rf"|{_NO}{GAP}(?:\d{{1,2}}|[A-Z]{{3,9}}|{_NO}){GAP}(?:19|20)?\d\d"
)


@dataclass(frozen=True)
class _Read:
    """SQL of what was read of a date.

    Attributes:
        sql: the reading itself.
        day: the day it means, its century put right.
        stand_in: the day read is a placeholder.
        written: the day read, or the text that is no day, is a placeholder.
    """

    sql: str
    day: str
    stand_in: str
    written: str


def date_value(
    text: str,
    formats: Iterable[str],
    export_date: str,
    *,
    context: Context = ANYWHERE,
) -> Value:
    """A date in one of the provider's formats, or in one that says all, with a remark.

    Two-digit years that would lie more than five years after the export are taken to
    be of the century before. A zone after a time is left out: the day is the one the
    provider's clock showed. A placeholder such as 3000-01-01 is null.

    Args:
        text: SQL of the text.
        formats: the provider's formats; the first that fits is taken.
        export_date: SQL of the day the export was made.
        context: where the value stands.
    """
    latest = f"({export_date} + interval 5 year)"
    found = _read_date(text, tuple(formats), latest, context)
    sound = f"{found.day} between date '1900-01-01' and date '2100-12-31'"
    return Value(
        f"case when {sound} and not {found.stand_in} then {found.day} end",
        (
            (without_value(text, found.written), "placeholder", "warning"),
            (without_value(text, f"not {found.written}"), "not_a_date", "quarantine"),
            *_remark(text),
        ),
        found.sql,
        f"{text} is not null "
        f"and ({value_name(text)} is null or second({read_name(text)}) <> 0)",
    )


def birth_date_value(
    text: str,
    formats: Iterable[str],
    export_date: str,
    *,
    context: Context = ANYWHERE,
) -> Value:
    """A date of birth: placeholders and impossible years become null with a remark.

    A person is not left out because their date of birth is not known. Of a date that
    is given in part (1990-02-XX) nothing is kept.

    Args:
        text: SQL of the text.
        formats: the provider's formats; the first that fits is taken.
        export_date: SQL of the day the export was made; a birth is not after it.
        context: where the value stands.
    """
    found = _read_date(text, tuple(formats), export_date, context)
    sound = f"{found.day} between date '1905-01-01' and {export_date}"
    partial = f"regexp_full_match({text}, {quote_text(_PARTIAL)})"
    unread = f"{read_name(text)} is null and not {found.written}"
    impossible = f"{read_name(text)} is not null and not {found.written}"
    return Value(
        f"case when {sound} and not {found.stand_in} then {found.day} end",
        (
            (without_value(text, found.written), "placeholder", "warning"),
            (without_value(text, f"{unread} and {partial}"), "partial_date", "warning"),
            (
                without_value(text, f"{unread} and not {partial}"),
                "not_a_date",
                "warning",
            ),
            (without_value(text, impossible), "impossible_birth_date", "warning"),
            *_remark(text),
        ),
        found.sql,
        f"{text} is not null "
        f"and ({value_name(text)} is null or second({read_name(text)}) <> 0)",
    )


def _read_date(
    text: str, formats: tuple[str, ...], latest: str, context: Context
) -> _Read:
    """Read a date once; days after ``latest`` with a short year are a century older."""
    read = read_name(text)
    listed = [placeholder.value for placeholder in find_placeholders("date", context)]
    days = [day for day in listed if re.fullmatch(r"[1-9]\d{3}-\d\d-\d\d", day)]
    written = is_placeholder(f"upper({text})", set(listed) - set(days))
    marks = ", ".join(f"date '{day}'" for day in days)
    stand_in = f"coalesce(list_contains([{marks}], {read}::date), false)"
    stand_in = stand_in if days else "false"
    return _Read(
        sql=read_date(text, formats, latest),
        # DuckDB takes 69 for 1969 and 68 for 2068.
        day=(
            f"(case when {read} > {latest} "
            f"and not contains({text}, year({read})::varchar) "
            f"then {read} - interval 100 year else {read} end)::date"
        ),
        stand_in=stand_in,
        written=f"({stand_in} or {written})",
    )


def _remark(text: str) -> tuple[tuple[str, str, Severity], ...]:
    """Remarks on a date that has a value, though its form was not the declared one."""
    return tuple(
        (
            f"coalesce({value_name(text)} is not null "
            f"and second({read_name(text)}) = {how}, false)",
            rule,
            "warning",
        )
        for how, rule in ((OTHER_FORM, "date_format"), (EXCEL_SERIAL, "excel_serial"))
    )
