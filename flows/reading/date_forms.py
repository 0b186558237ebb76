"""One reading of a date as DuckDB SQL: the declared forms, then forms that say all.

Forms are told apart by their shape before one is tried: trying a form in vain costs
DuckDB several times what reading the date does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from flows.duck import quote_text

# The second of the day says how a text was read; a declared form leaves it at nought.
OTHER_FORM, EXCEL_SERIAL = 1, 2

GAP = "[-/., ]"
_ISO_DAY, _ISO_MOMENT = "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"

_ZONE = r"Z|[+-]\d{2}:?\d{2}"
# Those that are longest first: a length costs less to ask for than a shape.
_ZONES = (("+__:__", "-__:__"), ("Z",))
_TIME_ZONE = rf"(T\d{{2}}:\d{{2}}(:\d{{2}})?(\.\d+)?)({_ZONE})$"
# A shorter text has no room for a day, a time and a zone.
_SHORTEST_WITH_ZONE = 17
_TIME = rf"([ T]+\d{{1,2}}:\d{{2}}(:\d{{2}})?([.]\d+)?( ?[AaPp][Mm])?({_ZONE})?)?"
_DAY, _YEAR, _WORD = "[0-9]{1,2}", "([0-9]{2}|[0-9]{4})", "[A-Za-z]{3,9}"
_SHAPES = {
    **dict.fromkeys(("%d", "%m"), _DAY),
    **{"%Y": "[0-9]{4}", "%y": "[0-9]{2}", "%b": "[A-Za-z]{3}", "%B": _WORD},
    **{"%H": _DAY, "%M": "[0-9]{2}", "%S": "[0-9]{2}", "%f": "[0-9]{1,9}"},
}
_RUN_TOGETHER = {"%Y": "(19|20)[0-9]{2}", "%m": "(0[1-9]|1[0-2])", "%d": "[0-3][0-9]"}
_WIDTHS: dict[str, str] = {"%Y": "____", "%b": "___"} | dict.fromkeys(
    ("%d", "%m", "%y", "%H", "%M", "%S"), "__"
)
# Forms that can mean one day alone: the month in letters, or the year first.
_CLEAR = {
    f"{_DAY}{GAP}+{_WORD}{GAP}+{_YEAR}": (
        *("%d-%b-%y", "%d-%b-%Y", "%d-%B-%y", "%d-%B-%Y"),
    ),
    f"{_WORD}{GAP}+{_DAY}{GAP}+[0-9]{{4}}": ("%b-%d-%Y", "%B-%d-%Y"),
    f"[0-9]{{4}}{GAP}+{_DAY}{GAP}+{_DAY}": ("%Y-%m-%d",),
    f"[0-9]{{4}}{GAP}+{_WORD}{GAP}+{_DAY}": ("%Y-%b-%d",),
}
_YEAR_FIRST = "%Y%m%d"
# Forms in figures mean one day alone once the provider's order is known; eight figures
# that begin with a year of these centuries do not end with one that fits a month.
_FIGURES = f"{_DAY}{GAP}+{_DAY}{GAP}+{_YEAR}"
_DAY_FIRST = (("%d-%m-%y", "%d-%m-%Y"), ("%d%m%Y",))
_MONTH_FIRST = (("%m-%d-%y", "%m-%d-%Y"), ("%m%d%Y",))
# Excel counts days from here; five digits are 1927 to 2173.
_SERIAL = r"[1-9]\d{4}([.]\d+)?"
_SERIAL_START = "timestamp '1899-12-30'"


def read_date(text: str, formats: tuple[str, ...], latest: str) -> str:
    """SQL of the midnight of a date, its second saying how it was read.

    Args:
        text: SQL of the text, a column.
        formats: the provider's formats; the first that fits is taken.
        latest: SQL of the last day that a spreadsheet's count of days may mean.
    """
    return (
        f"coalesce({_read_padded(text, formats)}, "
        f"case when {text} is not null then coalesce("
        f"{_read_declared(text, formats)}, {_read_other(text, formats, latest)}) end)"
    )


def _read_padded(text: str, formats: tuple[str, ...]) -> str:
    """SQL of a date in a declared form with its noughts: most are, and it is cheap."""
    cases = []
    for form in formats:
        like = re.sub("%[A-Za-z]", lambda part: _WIDTHS.get(str(part[0]), "%"), form)
        if "%" in like:
            continue
        fits, whole = f"{text} like '{like}", f"strlen({text}) = {len(like)}"
        cases.append(f"when {whole} and {fits}' then {_parse_padded(text, form)}")
        if form.endswith("%S"):
            # The day is the one the provider's clock showed: the zone is left out.
            plain = f"left({text}, {len(like)})"
            for zones in _ZONES:
                whole = f"strlen({text}) >= {len(like) + len(zones[0])}"
                zoned = " or ".join(f"{fits}{zone}'" for zone in zones)
                then = _parse_padded(plain, form, text)
                cases.append(f"when {whole} and ({zoned}) then {then}")
    return f"case {' '.join(cases)} end" if cases else "null"


def _parse_padded(text: str, form: str, zoned: str = "") -> str:
    """SQL of a day with its noughts; ISO 8601 is cast, at half the cost of parsing.

    Args:
        text: SQL of the text without its zone.
        form: the form it has.
        zoned: SQL of the text with its zone, where it has one. A cast to a timestamp
            reads past the zone, which costs less than to cut it off.
    """
    if form == _ISO_DAY:
        return f"try_cast({text} as date)"
    if form == _ISO_MOMENT:
        # A zone that is none is no reason to lose the day: it is cut off all the same.
        moment = f"try_cast({text} as timestamp)"
        if zoned:
            moment = f"coalesce(try_cast({zoned} as timestamp), {moment})"
        # A cast takes the hour 24 for the next day; a parser refuses it.
        return (
            f"case when {zoned or text} not like '{'_' * 11}24%' "
            f"then {moment}::date end"
        )
    return _parse(text, (form,))


def _read_declared(text: str, formats: tuple[str, ...]) -> str:
    plain = (
        f"case when strlen({text}) < {_SHORTEST_WITH_ZONE} then {text} "
        f"else regexp_replace({text}, '{_TIME_ZONE}', '\\1') end"
    )
    return _by_shape(
        text,
        [(f"{_shape(form)}({_ZONE})?", _parse(plain, (form,))) for form in formats],
    )


def _read_other(text: str, formats: tuple[str, ...], latest: str) -> str:
    """SQL of a date in no declared form."""
    plain = (
        f"regexp_replace(regexp_replace({text}, '{_TIME}$', ''), '{GAP}+', '-', 'g')"
    )
    found = [(shape, _parse(plain, forms)) for shape, forms in _CLEAR.items()]
    found.append((_shape(_YEAR_FIRST), _parse(plain, (_YEAR_FIRST,))))
    order = _tell_order(formats)
    first, other = _DAY_FIRST, _MONTH_FIRST
    if order == "month":
        first, other = other, first
    for shape, forms, turned in zip(
        (_FIGURES, _shape(first[1][0])), first, other, strict=True
    ):
        day = _parse(plain, forms)
        if order is None:
            day = _agree(day, _parse(plain, turned))
        found.append((shape, day))
    counted = f"{_SERIAL_START} + to_days(left({text}, 5)::integer)"
    serial = (
        f"case when {counted} <= {latest} "
        f"then {counted} + interval {EXCEL_SERIAL} second end"
    )
    other_form = f"interval {OTHER_FORM} second"
    return _by_shape(
        text,
        [(shape + _TIME, f"{day} + {other_form}") for shape, day in found]
        + [(_SERIAL, serial)],
    )


def _tell_order(formats: tuple[str, ...]) -> str | None:
    """Tell whether declared formats in figures begin with the day or the month."""
    for form in formats:
        if "%m" in form and "%d" in form and not form.startswith(("%Y", "%y")):
            return "day" if form.index("%d") < form.index("%m") else "month"
    return None


def _agree(day: str, turned: str) -> str:
    """SQL of a day that reads the same in both orders, or in one order alone."""
    return (
        f"case when coalesce({day} = {turned}, true) then coalesce({day}, {turned}) end"
    )


def _by_shape(text: str, cases: list[tuple[str, str]]) -> str:
    listed = " ".join(
        f"when regexp_full_match({text}, {quote_text(shape)}) then {then}"
        for shape, then in cases
    )
    return f"case {listed} end"


def _shape(form: str) -> str:
    """Give the regular expression of a form; eight figures fit one form alone."""
    shapes = _SHAPES if re.search("%[a-zA-Z][^%]", form) else _RUN_TOGETHER
    return "".join(
        shapes.get(part, ".+") if part.startswith("%") else re.escape(part)
        for part in re.split("(%[A-Za-z])", form)
    )


def _parse(text: str, forms: Iterable[str]) -> str:
    listed = ", ".join(quote_text(form) for form in forms)
    parsed = f"try_strptime({text}, [{listed}])"
    return f"date_trunc('day', {parsed})" if "%H" in listed else parsed
