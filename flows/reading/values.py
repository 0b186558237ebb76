"""From a source's text to a typed value, as DuckDB SQL, with the faults it may have.

Each function takes the SQL of a text (already trimmed, blanks already null) and gives
the SQL of the value and of each fault. A value that cannot be read is null and has a
fault; it is never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flows.duck import quote_text
from flows.reading.faults import Severity

_TIME_ZONE = r"(T\d{2}:\d{2}(:\d{2})?(\.\d+)?)(Z|[+-]\d{2}:?\d{2})$"
_FULL_POSTCODE = r"^([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})$"
_SECTOR = r"^([A-Z]{1,2}[0-9][A-Z0-9]?) ([0-9])$"
# A code is short and has no spaces, and is not what a number or a postcode looks like:
# nothing that names a person slips into a fact as a code.
_CODE = r"[A-Za-z0-9][A-Za-z0-9_./-]{0,15}"
_NO_CODE = r"[0-9]{10}|[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}"
# NHS Data Dictionary pseudo-postcode, and two that probation systems use.
NO_FIXED_ABODE = ("ZZ993VZ", "NF11NF", "NF11FA")
# 1900-01-01 and 1970-01-01 are what systems write when no date was given.
PLACEHOLDER_BIRTH_DATES = ("1900-01-01", "1970-01-01")
PLACEHOLDER_NAMES = ("UNKNOWN", "NOT KNOWN", "NOT ENTERED", "TEST", "NK", "N/K", "-")


@dataclass(frozen=True)
class Value:
    """SQL of a value, and of the condition under which each fault holds."""

    sql: str
    faults: tuple[tuple[str, str, Severity], ...] = ()


def text_value(text: str) -> Value:
    """A key or text, as it is."""
    return Value(text)


def date_value(text: str, formats: Iterable[str], export_date: str) -> Value:
    """A date in one of the provider's formats, the first that fits.

    Two-digit years that would lie more than five years after the export are taken to
    be of the century before. A zone after a time is left out: the day is the one the
    provider's clock showed.
    """
    parsed = _parse_date(text, formats)
    value = (
        f"case when {parsed} > {export_date} + interval 5 year "
        f"and {_has_short_year(text)} "
        f"then {parsed} - interval 100 year else {parsed} end::date"
    )
    sound = f"{value} between date '1900-01-01' and date '2100-12-31'"
    checked = f"case when {sound} then {value} end"
    bad = f"{text} is not null and {checked} is null"
    return Value(checked, ((bad, "not_a_date", "quarantine"),))


def birth_date_value(text: str, formats: Iterable[str], export_date: str) -> Value:
    """A date of birth: placeholders and impossible years become null with a remark.

    A person is not left out because their date of birth is not known.
    """
    parsed = _parse_date(text, formats)
    value = (
        f"(case when {parsed} > {export_date} and {_has_short_year(text)} "
        f"then {parsed} - interval 100 year else {parsed} end)::date"
    )
    stand_ins = ", ".join(f"date '{day}'" for day in PLACEHOLDER_BIRTH_DATES)
    placeholder = f"coalesce({parsed}::date in ({stand_ins}), false)"
    possible = f"coalesce({value} between date '1905-01-01' and {export_date}, false)"
    return Value(
        f"case when not {placeholder} and {possible} then {value} end",
        (
            (f"{text} is not null and {parsed} is null", "not_a_date", "warning"),
            (placeholder, "placeholder", "warning"),
            (
                f"{parsed} is not null and not {placeholder} and not {possible}",
                "impossible_birth_date",
                "warning",
            ),
        ),
    )


def number_value(text: str, sql_type: str, limits: tuple[int, int] | None) -> Value:
    """A number; outside its range it is null with a remark."""
    plain = f"try_cast({text} as decimal(18,4))"
    whole = f" and {plain} = floor({plain})" if sql_type == "INTEGER" else ""
    number = f"case when true{whole} then try_cast({plain} as {sql_type}) end"
    faults: list[tuple[str, str, Severity]] = [
        (f"{text} is not null and {number} is null", "not_a_number", "warning")
    ]
    if limits is None:
        return Value(number, tuple(faults))
    inside = f"{number} between {limits[0]} and {limits[1]}"
    faults.append(
        (f"{number} is not null and not ({inside})", "out_of_range", "warning")
    )
    return Value(f"case when {inside} then {number} end", tuple(faults))


def mapped_value(
    text: str,
    values: Mapping[str, str],
    others: str | None,
    *,
    flag: bool = False,
) -> Value:
    """A value of a closed list, by the value map; compared without case.

    Args:
        text: SQL of the text.
        values: source value in lower case -> the contract's value.
        others: ``blank`` to leave unmapped values out without remark, a value of the
            contract to give them, or None to remark on them.
        flag: the result is true or false.
    """
    cases = " ".join(
        f"when {quote_text(str(found).lower())} then {quote_text(meant)}"
        for found, meant in values.items()
    )
    fallback = "null" if others is None or others == "blank" else quote_text(others)
    mapped = f"case lower({text}) {cases} else {fallback} end"
    value = f"case when {text} is null then null else {mapped} end"
    if flag:
        value = f"cast({value} as boolean)"
    if others is not None:
        return Value(value)
    unknown = f"{text} is not null and ({value}) is null"
    return Value(value, ((unknown, "unknown_code", "warning"),))


def presence_value(text: str) -> Value:
    """Whether anything was written there; the words themselves go nowhere."""
    return Value(f"(({text}) is not null)")


def code_value(text: str) -> Value:
    """A short code as the source writes it; free text is not a code."""
    sound = (
        f"(regexp_full_match({text}, {quote_text(_CODE)}) "
        f"and not regexp_full_match(upper({text}), {quote_text(_NO_CODE)}))"
    )
    return Value(
        f"case when {sound} then {text} end",
        ((f"{text} is not null and not {sound}", "not_a_code", "warning"),),
    )


def name_value(text: str) -> Value:
    """A name as recorded; words that stand for 'not known' become null."""
    stand_ins = ", ".join(quote_text(name) for name in PLACEHOLDER_NAMES)
    placeholder = f"coalesce(upper({text}) in ({stand_ins}), false)"
    return Value(
        f"case when not {placeholder} then {text} end",
        ((placeholder, "placeholder", "warning"),),
    )


def initial_value(text: str) -> Value:
    """The first letter of a name."""
    return Value(f"upper(left({text}, 1))")


def identifier_value(text: str) -> Value:
    """An official number: upper case, single spaces."""
    return Value(f"upper(regexp_replace({text}, '\\s+', ' ', 'g'))")


def nhs_number_value(text: str) -> Value:
    """A ten-digit NHS number whose modulus-11 check digit is right.

    Source of the rule: NHS Data Dictionary, NHS NUMBER.
    """
    digits = f"regexp_replace({text}, '[^0-9]', '', 'g')"
    total = " + ".join(
        f"{10 - place} * try_cast(substr({digits}, {place + 1}, 1) as integer)"
        for place in range(9)
    )
    check = f"((11 - (({total}) % 11)) % 11)"
    sound = (
        f"coalesce(length({digits}) = 10 "
        f"and {check} = try_cast(substr({digits}, 10, 1) as integer) "
        f"and {digits} <> repeat(left({digits}, 1), 10), false)"
    )
    return Value(
        f"case when {sound} then {digits} end",
        ((f"{text} is not null and not {sound}", "nhs_number_check", "warning"),),
    )


def postcode_value(text: str) -> Value:
    """A postcode as ``QX1 2AB``, or a sector as ``QX1 2``; stand-ins become null."""
    squeezed = f"upper(regexp_replace({text}, '\\s+', '', 'g'))"
    spaced = f"upper(regexp_replace({text}, '\\s+', ' ', 'g'))"
    stand_in = (
        f"(coalesce({squeezed} like 'ZZ99%', false) or {is_no_fixed_abode(text)})"
    )
    full = f"regexp_matches({squeezed}, '{_FULL_POSTCODE}')"
    sector = f"regexp_matches({spaced}, '{_SECTOR}')"
    value = (
        f"case when {stand_in} then null "
        f"when {full} then regexp_replace({squeezed}, '{_FULL_POSTCODE}', '\\1 \\2') "
        f"when {sector} then {spaced} end"
    )
    wrong = f"{text} is not null and not {stand_in} and ({value}) is null"
    return Value(value, ((wrong, "not_a_postcode", "warning"),))


def is_no_fixed_abode(text: str) -> str:
    """SQL: the postcode given is one that stands for no fixed abode."""
    codes = ", ".join(quote_text(code) for code in NO_FIXED_ABODE)
    return (
        f"coalesce(upper(regexp_replace({text}, '\\s+', '', 'g')) in ({codes}), false)"
    )


def _has_short_year(text: str) -> str:
    return f"regexp_matches({text}, '[^0-9][0-9]{{2}}$')"


def _parse_date(text: str, formats: Iterable[str]) -> str:
    listed = ", ".join(quote_text(form) for form in formats)
    plain = f"regexp_replace({text}, '{_TIME_ZONE}', '\\1')"
    return f"try_strptime({plain}, [{listed}])"
