"""Shapes of values, as DuckDB SQL over a text ``v`` that is trimmed and not empty."""

from __future__ import annotations

from flows.reading.identifiers import is_nhs_number

_SLASHES, _SHORT = r"\d{1,2}/\d{1,2}/\d{4}", r"\d{1,2}/\d{1,2}/\d{2}"
_DASHES, _EIGHT = r"\d{1,2}-\d{1,2}-\d{4}", r"\d{8}"
_ISO, _CLOCK = r"\d{4}-\d{1,2}-\d{1,2}", r"\d{1,2}:\d{2}"
_ZONE = r"(Z|[+-]\d{2}:?\d{2})?"

DATE_FORMATS: dict[str, str] = {
    "%Y-%m-%d": _ISO,
    "%d/%m/%Y": _SLASHES,
    "%m/%d/%Y": _SLASHES,
    "%d-%m-%Y": _DASHES,
    "%m-%d-%Y": _DASHES,
    "%d.%m.%Y": r"\d{1,2}\.\d{1,2}\.\d{4}",
    "%d/%m/%y": _SHORT,
    "%m/%d/%y": _SHORT,
    "%d-%b-%y": r"\d{1,2}-[A-Za-z]{3}-\d{2}",
    "%d-%b-%Y": r"\d{1,2}-[A-Za-z]{3}-\d{4}",
    "%d %b %Y": r"\d{1,2} [A-Za-z]{3} \d{4}",
    "%d %B %Y": r"\d{1,2} [A-Za-z]{4,9} \d{4}",
    "%Y-%m-%d %H:%M:%S": f"{_ISO} {_CLOCK}:\\d{{2}}",
    "%Y-%m-%d %H:%M": f"{_ISO} {_CLOCK}",
    "%Y-%m-%dT%H:%M:%S": f"{_ISO}T{_CLOCK}:\\d{{2}}{_ZONE}",
    "%Y-%m-%dT%H:%M:%S.%f": f"{_ISO}T{_CLOCK}:\\d{{2}}\\.\\d+{_ZONE}",
    "%d/%m/%Y %H:%M:%S": f"{_SLASHES} {_CLOCK}:\\d{{2}}",
    "%d/%m/%Y %H:%M": f"{_SLASHES} {_CLOCK}",
    "%d%m%Y": _EIGHT,
    "%Y%m%d": _EIGHT,
}
"""Date format -> the pattern its texts have. Formats of one pattern are rivals."""

BARE_DIGITS = ("%d%m%Y", "%Y%m%d")
"""Dates that could as well be numbers: taken for dates only where a name says so."""

_DIGITS = "try_cast(regexp_replace(v, '[^0-9]', '', 'g') as bigint)"
_PATTERNS: dict[str, str] = {
    "whole number": r"-?\d+",
    "decimal number": r"-?\d+\.\d+",
    "postcode": r"[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}",
    "postcode sector": r"[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9]?",
    "National Insurance number": (
        r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]"
    ),
    "PNC number": r"(\d{2}|\d{4})/\d{1,7}[A-Z]",
    "CRO number": r"\d{1,6}/\d{2}[A-Z]",
    "probation case number": r"[A-Z]\d{6}",
    "prison number": r"[A-Z]\d{4}[A-Z]{2}",
    "US social security number": r"\d{3}-?\d{2}-?\d{4}",
    "e-mail address": r"[^@\s]+@[^@\s]+\.[A-Z]{2,}",
    "telephone number": r"(\+44|0)[0-9 ()-]{9,14}",
    "words": r"[^0-9@/]{1,40}",
    "one letter": r"[A-Z]",
    "short code": r"[A-Z0-9][A-Z0-9_./-]{0,15}",
}


def shape_conditions() -> dict[str, str]:
    """Give every shape that is no date, and its SQL condition."""
    found = {
        name: f"regexp_full_match(upper(v), '{pattern}')"
        for name, pattern in _PATTERNS.items()
    }
    found["NHS number"] = (
        r"regexp_full_match(v, '\d{3}[ -]?\d{3}[ -]?\d{4}') "
        f"and {is_nhs_number(_DIGITS)}"
    )
    found["free text"] = "length(v) > 40 and contains(v, ' ')"
    return found


def date_conditions() -> dict[str, str]:
    """Give every date format, and the SQL condition that a text is such a date."""
    plain = r"regexp_replace(v, '(T.*?)(Z|[+-]\d{2}:?\d{2})$', '\1')"
    return {
        form: (
            f"regexp_full_match(v, '{pattern}') and "
            f"year(try_strptime({plain}, '{form}')) between 1900 and 2100"
        )
        for form, pattern in DATE_FORMATS.items()
    }


def list_rivals(form: str) -> list[str]:
    """List the other formats that the same texts may have."""
    pattern = DATE_FORMATS[form]
    return [f for f, p in DATE_FORMATS.items() if p == pattern and f != form]
