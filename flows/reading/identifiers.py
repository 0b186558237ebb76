"""Official numbers and postcodes, as DuckDB SQL: their forms and check digits."""

from __future__ import annotations

from flows.duck import quote_text
from flows.placeholders import Context, Placeholder, find_placeholders
from flows.reading.values import (
    ANYWHERE,
    Value,
    blame,
    is_placeholder,
    read_name,
    without_value,
)

# Letters of a PNC or CRO number: without I, O and S, and Z for nought.
_CHECK_LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"
_PNC = "(?:19|20)?[0-9]{2}(?:/[0-9]{1,7}|[0-9]{7})[A-Z]"
_CRO = "[0-9]{1,6}/[0-9]{2}[A-Z]"
_CRO_SMALL_FILE = "SF[0-9]{2}/[0-9]{1,6}[A-Z]"
_NINO = "(?:QQ|[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z])[0-9]{6}[A-D]?"
_NINO_NOT_USED = ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ")
_FORMS = {"noms_number": "[A-Z][0-9]{4}[A-Z]{2}", "crn": "[A-Z][0-9]{6}"}
_OUTWARD = "[A-Z]{1,2}[0-9][A-Z0-9]?"
_POSTCODE = f"{_OUTWARD} [0-9][A-Z]{{2}}"
_UNTIDY_POSTCODE = rf"(?i)\s*{_OUTWARD}\s*[0-9][A-Z]{{2}}\s*"
_PART_OF_POSTCODE = rf"(?i){_OUTWARD}(\s+[0-9])?"


def identifier_value(text: str, *, context: Context = ANYWHERE) -> Value:
    """An official number without spaces, if its form and its letter are right.

    The rule is that of the field in ``context``; a field without one is taken as it
    is. A number that breaks its rule is null with a remark: it would join strangers.
    A hash keeps its scheme before the colon; the hash of nothing is a placeholder.

    Sources: the check letter of PNC and CRO numbers is the number, year first, modulo
    23 (CJS Data Standards Catalogue 6, and the checks of the prison and court systems
    that cite it); National Insurance numbers as HMRC's manual NIM39110 tells them,
    which prints QQ in its examples: nobody has such a number, so invented people may.
    The first digit of a social security number is not asked: tax numbers begin with 9
    and stand in that field too.
    """
    if context.field == "hashed_identifier":
        return _hash_value(text, context)
    number = (
        f"case when regexp_full_match({text}, '[A-Z0-9/]+') then {text} "
        f"else upper(regexp_replace({text}, '[^A-Za-z0-9/]', '', 'g')) end"
    )
    found = find_placeholders("identifier", context)
    stand_in = is_placeholder(read_name(text), [_squeeze(p, "/") for p in found])
    rules = {
        "pnc_number": _check_pnc,
        "cro_number": _check_cro,
        "nino": _check_nino,
        "social_security_number": _check_social_security_number,
    }
    if context.field in rules:
        sound = rules[context.field](read_name(text))
    elif context.field in _FORMS:
        sound = f"regexp_full_match({read_name(text)}, '{_FORMS[context.field]}')"
    else:
        sound = "true"
    return Value(
        f"case when {sound} and not {stand_in} then {read_name(text)} end",
        blame(text, stand_in, "identifier_check"),
        number,
    )


def _hash_value(text: str, context: Context) -> Value:
    """A hash in lower case without spaces, its scheme before a colon if it has one."""
    read = read_name(text)
    found = find_placeholders("identifier", context)
    values = [p.value for p in found]
    alone = f"upper(split_part({read}, ':', -1))"
    written = is_placeholder(f"upper({text})", values)
    stand_in = f"({is_placeholder(alone, values)} or {written})"
    return Value(
        f"case when not {stand_in} then {read} end",
        blame(text, stand_in, ""),
        f"lower(regexp_replace({text}, '\\s', '', 'g'))",
    )


def nhs_number_value(text: str, *, context: Context = ANYWHERE) -> Value:
    """A ten-digit NHS number whose modulus-11 check digit is right.

    Source of the rule: NHS Data Dictionary, NHS NUMBER.
    """
    number = read_name(text)
    plain = f"regexp_replace({text}, '[^0-9]', '', 'g')"
    read = (
        f"case when regexp_full_match({text}, '[0-9]{{10}}') then {text}::bigint "
        f"when strlen({plain}) = 10 then {plain}::bigint end"
    )
    found = find_placeholders("nhs_number", context)
    listed = ", ".join(f"{int(_squeeze(p, ''))}" for p in found if p.value.isdigit())
    stand_in = f"coalesce(list_contains([{listed}]::bigint[], {number}), false)"
    sound = f"{is_nhs_number(number)} and not {stand_in}"
    written = is_placeholder(f"upper({text})", [p.value for p in found])
    return Value(
        f"case when {sound} then lpad({number}::varchar, 10, '0') end",
        blame(text, f"({stand_in} or {written})", "nhs_number_check"),
        read,
    )


def is_nhs_number(number: str) -> str:
    """SQL: a number of ten digits is an NHS number, as its check digit shows.

    Weights 10 to 2 and 1 for the check digit: a right number leaves nothing over 11.
    """
    total = " + ".join(
        f"{number} // {10 ** (weight - 1)} % 10 * {weight}" for weight in range(1, 11)
    )
    return f"({total}) % 11 = 0 and not {number} % 1111111111 = 0"


def postcode_value(text: str, *, context: Context = ANYWHERE) -> Value:
    """A postcode as ``QX1 2AB``, or the part a return carries: ``QX1 2`` or ``QX1``.

    What stands for no fixed abode is null without a remark: it is an answer, and
    :func:`is_no_fixed_abode` keeps it. Other stand-ins are placeholders.
    """
    read, written = read_name(text), f"upper({text})"
    squeezed = f"regexp_replace({written}, '\\s+', '', 'g')"
    parsed = (
        f"case when regexp_full_match({text}, '{_POSTCODE}') then {text} "
        f"when regexp_full_match({text}, '{_UNTIDY_POSTCODE}') "
        f"then {squeezed}[:-4] || ' ' || right({squeezed}, 3) "
        f"when regexp_full_match({text}, '{_PART_OF_POSTCODE}') "
        f"then regexp_replace({written}, '\\s+', ' ', 'g') end"
    )
    found = find_placeholders("postcode", context)
    every = [p.value for p in found]
    stand_in = f"({is_placeholder(read, every)} or {is_placeholder(written, every)})"
    no_abode = is_no_fixed_abode(text, context=context)
    return Value(
        f"case when not {is_placeholder(read, every)} then {read} end",
        (
            (
                without_value(text, f"{stand_in} and not {no_abode}"),
                "placeholder",
                "warning",
            ),
            (without_value(text, f"not {stand_in}"), "not_a_postcode", "warning"),
        ),
        parsed,
    )


def is_no_fixed_abode(text: str, *, context: Context = ANYWHERE) -> str:
    """SQL: the postcode given is one that stands for no fixed abode.

    Reads the column that :func:`postcode_value` reads the text into.
    """
    found = find_placeholders("postcode", context)
    values = [p.value for p in found if p.means == "no_fixed_abode"]
    named = is_placeholder(read_name(text), values)
    written = is_placeholder(f"upper({text})", values)
    return (
        f"case when {text} is null then false "
        f"when {read_name(text)} is not null then {named} else {written} end"
    )


def _squeeze(placeholder: Placeholder, kept: str) -> str:
    return "".join(c for c in placeholder.value if c.isalnum() or c in kept)


def _check_pnc(number: str) -> str:
    """SQL: of the form 2001/0123456X, 01/123456X or 20010123456X, its letter right."""
    year = (
        f"regexp_extract({number}, '^(?:19|20)?([0-9]{{2}})(?:/|[0-9]{{7}}[A-Z])', 1)"
    )
    serial = f"regexp_extract({number}, '([0-9]{{1,7}})[A-Z]$', 1)"
    return _check_letter(number, _PNC, f"{year} || lpad({serial}, 7, '0')")


def _check_cro(number: str) -> str:
    """SQL: of the form 123456/01A, or SF39/12345A of the small files, its letter right.

    Of small files, systems take the letter of the serial as written or of five digits.
    """
    parts = [f"split_part({number}, '/', {place})" for place in (1, 2)]
    standard = f"left({parts[1]}, 2) || lpad({parts[0]}, 6, '0')"
    year, serial = f"{number}[3:4]", f"{parts[1]}[:-2]"
    small = [f"{year} || {serial}", f"{year} || lpad({serial}, 5, '0')"]
    checks = [
        _check_letter(number, _CRO, standard),
        *(_check_letter(number, _CRO_SMALL_FILE, digits) for digits in small),
    ]
    return f"({' or '.join(checks)})"


def _check_letter(number: str, form: str, digits: str) -> str:
    letter = f"substr('{_CHECK_LETTERS}', ({digits})::bigint % 23 + 1, 1)"
    return (
        f"case when regexp_full_match({number}, '{form}') "
        f"then right({number}, 1) = {letter} else false end"
    )


def _check_nino(number: str) -> str:
    """SQL: a National Insurance number; its last letter is often left out."""
    unused = ", ".join(quote_text(prefix) for prefix in _NINO_NOT_USED)
    return (
        f"(regexp_full_match({number}, '{_NINO}') "
        f"and left({number}, 2) not in ({unused}))"
    )


def _check_social_security_number(number: str) -> str:
    return (
        f"(regexp_full_match({number}, '[0-9]{{9}}') "
        f"and left({number}, 3) not in ('000', '666') "
        f"and {number}[4:5] <> '00' and right({number}, 4) <> '0000')"
    )
