"""Values: what a source writes, what it becomes, and the fault it has."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from flows import placeholders
from flows.contracts import SECTORS, SQL_TYPES, load_identity
from flows.duck import connect
from flows.errors import MappingError
from flows.layouts import list_layouts, load_layout, shared_values
from flows.mappings import load_providers
from flows.placeholders import Context, load_placeholders
from flows.reading import closed_lists, dates, identifiers, values

DAY = "date '2026-06-30'"
UK = ["%d/%m/%Y", "%Y-%m-%d"]


def judge(value: values.Value, text: str | None) -> tuple[object, list[str]]:
    conditions = ", ".join(f"[{condition}]" for condition, _, _ in value.faults)
    with connect() as connection:
        row = connection.execute(
            f"""
            with opened as (
                select *, {value.read or "null"} as t_read
                from (select ?::varchar as t)
            ),
            valued as (select *, {value.sql} as t_value from opened)
            select t_value, [{conditions}] from valued
            """,
            [text],
        ).fetchone()
    found, holds = row
    assert all(held is not None for (held,) in holds)
    rules = [
        rule for (held,), (_, rule, _) in zip(holds, value.faults, strict=True) if held
    ]
    return (found if found is None else str(found)), rules


@pytest.mark.parametrize(
    ("text", "formats", "expected", "faults"),
    [
        ("31/12/2025", UK, "2025-12-31", []),
        ("2025-12-31", UK, "2025-12-31", []),
        ("31/02/2025", UK, None, ["not_a_date"]),
        ("not known", UK, None, ["not_a_date"]),
        ("01/01/1850", UK, None, ["not_a_date"]),
        ("05-MAR-84", ["%d-%b-%y"], "1984-03-05", []),
        ("05-MAR-24", ["%d-%b-%y"], "2024-03-05", []),
        ("05-MAR-54", ["%d-%b-%y"], "1954-03-05", []),
        ("2021-06-27T23:49:01+01:00", ["%Y-%m-%dT%H:%M:%S"], "2021-06-27", []),
        ("2021-07-01T00:30:00+01:00", ["%Y-%m-%dT%H:%M:%S"], "2021-07-01", []),
        ("2021-01-01T23:30:00-05:00", ["%Y-%m-%dT%H:%M:%S"], "2021-01-01", []),
        ("2026-02-28T10:00:00Z", ["%Y-%m-%dT%H:%M:%S"], "2026-02-28", []),
        # A zone that is none: the day is still the one that is written.
        ("2026-02-28T10:00:00+99:99", ["%Y-%m-%dT%H:%M:%S"], "2026-02-28", []),
        ("2026-02-28T10:00:00+00:0é", ["%Y-%m-%dT%H:%M:%S"], "2026-02-28", []),
        ("2026-02-28T10:00:00-0500", ["%Y-%m-%dT%H:%M:%S"], "2026-02-28", []),
        # No clock shows 24; the day is the one that is written.
        ("2026-02-28T24:00:00", ["%Y-%m-%dT%H:%M:%S"], "2026-02-28", ["date_format"]),
        ("2026-02-28T24:00:00Z", ["%Y-%m-%dT%H:%M:%S"], "2026-02-28", ["date_format"]),
        ("2026-02-28T10:61:00", ["%Y-%m-%dT%H:%M:%S"], "2026-02-28", ["date_format"]),
        ("2026-02-30T10:00:00", ["%Y-%m-%dT%H:%M:%S"], None, ["not_a_date"]),
        ("2026-02-30", ["%Y-%m-%d"], None, ["not_a_date"]),
        ("2026-2-3", ["%Y-%m-%d"], "2026-02-03", []),
        ("sysdate", ["%Y-%m-%d"], None, ["not_a_date"]),
        (None, UK, None, []),
        ("31/12/2033 20:13", ["%d/%m/%Y %H:%M"], "2033-12-31", []),
        ("05/03/84", UK, "1984-03-05", ["date_format"]),
        ("05-MAR-84", UK, "1984-03-05", ["date_format"]),
        ("5 March 1984", UK, "1984-03-05", ["date_format"]),
        ("March 5, 1984", UK, "1984-03-05", ["date_format"]),
        ("20251231", UK, "2025-12-31", ["date_format"]),
        ("31122025", UK, "2025-12-31", ["date_format"]),
        ("2025-12-31T23:30:00+01:00", UK, "2025-12-31", ["date_format"]),
        # Both parts could be the month and no order is declared: two days, so none.
        ("05/03/1984", ["%Y-%m-%d"], None, ["not_a_date"]),
        ("9-10-2015 21:39:00", ["%Y-%m-%d"], None, ["not_a_date"]),
        ("05-03-19", ["%Y-%m-%d"], None, ["not_a_date"]),
        ("05/05/1984", ["%Y-%m-%d"], "1984-05-05", ["date_format"]),
        # One order alone fits, and the provider declares no other.
        ("3/23/81 20:13", ["%Y-%m-%d"], "1981-03-23", ["date_format"]),
        ("7/14/16", ["%m/%d/%Y"], "2016-07-14", ["date_format"]),
        # It fits the order that the provider does not use: something is wrong.
        ("3/23/81 20:13", UK, None, ["not_a_date"]),
        ("31/12/2025", ["%m/%d/%Y"], None, ["not_a_date"]),
        ("45291", UK, "2023-12-31", ["excel_serial"]),
        ("45291.75", UK, "2023-12-31", ["excel_serial"]),
        ("60000", UK, None, ["not_a_date"]),
        ("1990-02-XX", UK, None, ["not_a_date"]),
        ("1990", UK, None, ["not_a_date"]),
        ("3000-01-01", UK, None, ["placeholder"]),
        ("01/01/3000", UK, None, ["placeholder"]),
        ("9999-12-31", UK, None, ["placeholder"]),
        ("0000-00-00", UK, None, ["placeholder"]),
        ("01/01/1900", UK, None, ["placeholder"]),
        ("01-JAN-1900", UK, None, ["placeholder"]),
        ("n/a", UK, None, ["placeholder"]),
    ],
)
def test_dates(text, formats, expected, faults):
    assert judge(dates.date_value("t", formats, DAY), text) == (expected, faults)


@pytest.mark.parametrize(
    ("text", "expected", "faults"),
    [
        ("04/03/1985", "1985-03-04", []),
        ("01/01/1900", None, ["placeholder"]),
        ("01/01/1970", None, ["placeholder"]),
        ("01/01/1890", None, ["impossible_birth_date"]),
        ("01/07/2026", None, ["impossible_birth_date"]),
        ("unknown", None, ["not_a_date"]),
        ("05-MAR-84", "1984-03-05", ["date_format"]),
        ("05-MAR-41", "1941-03-05", ["date_format"]),
        ("30000", "1982-02-18", ["excel_serial"]),
        ("0000-00-00", None, ["placeholder"]),
        ("3000-01-01", None, ["placeholder"]),
        ("1990-02-XX", None, ["partial_date"]),
        ("XX/02/1990", None, ["partial_date"]),
        ("00/00/1990", None, ["partial_date"]),
        ("Feb 1990", None, ["partial_date"]),
        ("1990", None, ["partial_date"]),
    ],
)
def test_birth_dates_are_left_out_with_a_remark_not_with_the_row(
    text, expected, faults
):
    value = dates.birth_date_value("t", UK, DAY)

    assert judge(value, text) == (expected, faults)
    assert all(severity == "warning" for _, _, severity in value.faults)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("999 000 0018", "9990000018"),
        ("9990000018", "9990000018"),
        ("9990000019", None),
        ("2222222222", None),
        ("999000001", None),
        ("not known", None),
    ],
)
def test_nhs_numbers_have_a_check_digit(text, expected):
    found, faults = judge(identifiers.nhs_number_value("t"), text)

    assert found == expected
    assert faults == ([] if expected else ["nhs_number_check"])


@pytest.mark.parametrize(
    ("text", "expected", "faults", "nfa"),
    [
        ("qx12ab", "QX1 2AB", [], False),
        (" QX1  2AB", "QX1 2AB", [], False),
        ("QX1 2", "QX1 2", [], False),
        ("ZZ99 3VZ", None, [], True),
        ("NF1 1NF", None, [], True),
        ("QX1   2AB", "QX1 2AB", [], False),
        ("qx1", "QX1", [], False),
        ("nf11fa", None, [], True),
        ("No fixed abode", None, [], True),
        ("ZZ99 3WZ", None, ["placeholder"], False),
        ("ZZ99 3", None, ["placeholder"], False),
        ("invalid postcode", None, ["placeholder"], False),
        ("TEST", None, ["placeholder"], False),
        ("1xy z22", None, ["not_a_postcode"], False),
        ("A1A 1A1", None, ["not_a_postcode"], False),
    ],
)
def test_postcodes_and_their_stand_ins(text, expected, faults, nfa):
    value = identifiers.postcode_value("t")
    flag = values.Value(identifiers.is_no_fixed_abode("t"), (), value.read)

    assert judge(value, text) == (expected, faults)
    assert judge(flag, text) == (str(nfa), [])


@pytest.mark.parametrize(
    ("text", "limits", "expected", "faults"),
    [
        ("28", (0, 28), "28", []),
        ("29", (0, 28), None, ["out_of_range"]),
        ("2.5", None, None, ["not_a_number"]),
        ("3.0", None, "3", []),
        ("many", None, None, ["not_a_number"]),
        ("99999999999", None, None, ["not_a_number"]),
        ("#N/A", None, None, ["placeholder"]),
        ("#N/A", (0, 28), None, ["placeholder"]),
        ("-1", (0, 28), None, ["out_of_range"]),
    ],
)
def test_whole_numbers(text, limits, expected, faults):
    value = values.number_value("t", "INTEGER", limits)

    assert judge(value, text) == (expected, faults)


def test_closed_lists_are_read_without_case_and_strangers_are_told():
    value = closed_lists.mapped_value("t", {"M": "male", "f": "female"}, None)

    assert judge(value, "m") == ("male", [])
    assert judge(value, "F") == ("female", [])
    assert judge(value, "?") == (None, ["unknown_code"])
    assert judge(closed_lists.mapped_value("t", {"1": "x"}, "blank"), "0") == (None, [])
    assert judge(closed_lists.mapped_value("t", {"1": "x"}, "other"), "0") == (
        "other",
        [],
    )


def test_free_text_is_not_a_code():
    assert judge(values.code_value("t"), "HM01") == ("HM01", [])
    assert judge(values.code_value("t"), "lives with mother; said " * 3)[1] == [
        "not_a_code"
    ]


@pytest.mark.parametrize(
    "text",
    ["9990000018", "qx12ab", "QQ993456D", "2001/0123456X", "1/11X", "04/03/1985"],
)
def test_what_says_who_someone_is_never_becomes_a_code(text):
    assert judge(values.code_value("t"), text) == (None, ["not_a_code"])


@pytest.mark.parametrize(
    ("text", "expected", "faults"),
    [
        ("White British", "white", []),
        ("WHITE - BRITISH", "white", []),
        ("Mixed: White & Asian", "mixed", []),
        ("Black / African / Caribbean / Black British: African", "black", []),
        ("Asian or Asian British - Any other Asian background", "asian", []),
        ("Other ethnic group: Arab", "other", []),
        ("  Gypsy or  Irish Traveller", "white", []),
        ("Don't know", "not_stated", []),
        ("British", None, ["unknown_code"]),
        ("N/A", None, ["placeholder"]),
    ],
)
def test_ethnic_groups_in_words_are_read_and_a_nationality_is_none(
    text, expected, faults
):
    value = closed_lists.mapped_value("t", shared_values()["ethnicity_text"], None)

    assert judge(value, text) == (expected, faults)


def test_words_that_would_be_alike_without_punctuation_are_compared_as_they_are():
    value = closed_lists.mapped_value("t", {"a-b": "one", "a b": "two"}, None)

    assert judge(value, "A-B") == ("one", [])
    assert judge(value, "a b") == ("two", [])
    assert judge(value, "a/b") == (None, ["unknown_code"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [("E06000001", True), ("00cm", True), ("260", True), ("Fernshire", False)],
)
def test_an_area_is_its_code_and_not_its_name(text, expected):
    found, faults = judge(values.area_value("t"), text)

    assert (found, faults) == (
        (text.upper(), []) if expected else (None, ["not_an_area"])
    )


IDENTIFIERS = [
    ("pnc_number", "2003/0011985X", "2003/0011985X", []),
    ("pnc_number", "03/11985x", "03/11985X", []),
    ("pnc_number", " - 20030011985X ", "20030011985X", []),
    ("pnc_number", "2003/0011985Y", None, ["identifier_check"]),
    ("pnc_number", "0000/0000000Z", None, ["placeholder"]),
    ("cro_number", "1/11x", "1/11X", []),
    ("cro_number", "SF99/12345M", "SF99/12345M", []),
    ("cro_number", "SF99/12388M", None, ["identifier_check"]),
    ("cro_number", "CRO112233", None, ["identifier_check"]),
    ("cro_number", "000000/00Z", None, ["placeholder"]),
    ("nino", "qq 99 34 56 d", "QQ993456D", []),
    ("nino", "QQ993456", "QQ993456", []),
    ("nino", "QQ 12 34 56 C", None, ["placeholder"]),
    ("nino", "TN123456A", None, ["identifier_check"]),
    ("nino", "BG123456A", None, ["identifier_check"]),
    ("nino", "AO123456A", None, ["identifier_check"]),
    ("nino", "DA123456A", None, ["identifier_check"]),
    ("nino", "QQ993456E", None, ["identifier_check"]),
    ("noms_number", "z0001zz", "Z0001ZZ", []),
    ("noms_number", "Z001ZZ", None, ["identifier_check"]),
    ("crn", "X100001", "X100001", []),
    ("crn", "NOT KNOWN", None, ["identifier_check"]),
    ("social_security_number", "899-99-9999", "899999999", []),
    ("social_security_number", "000-12-3456", None, ["identifier_check"]),
    ("social_security_number", "888888", None, ["placeholder"]),
    ("some_number", "a 1", "A1", []),
]


@pytest.mark.parametrize(("field", "text", "expected", "faults"), IDENTIFIERS)
def test_an_official_number_has_its_form_and_its_letter(field, text, expected, faults):
    value = identifiers.identifier_value("t", context=Context(field=field))

    assert judge(value, text) == (expected, faults)


LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"
QUICK = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def sound():
    """Asks which of some numbers have a value, in one connection."""
    with connect() as connection:

        def ask(value: values.Value, texts: list[str]) -> list[bool]:
            rows = connection.execute(
                f"""
                with texts as (select unnest(?::varchar[]) as t),
                opened as (select *, {value.read or "null"} as t_read from texts)
                select {value.sql} is not null from opened
                """,
                [texts],
            ).fetchall()
            return [found for (found,) in rows]

        yield ask


def change_one_digit(number: str, place: int, by: int) -> str:
    places = [n for n, letter in enumerate(number) if letter.isdigit()]
    at = places[place % len(places)]
    return number[:at] + str((int(number[at]) + by) % 10) + number[at + 1 :]


@QUICK
@given(body=st.integers(0, 899_999), place=st.integers(0, 9), by=st.integers(1, 9))
def test_a_right_nhs_number_passes_and_one_changed_digit_fails(sound, body, place, by):
    digits = f"999{body:06}"
    total = sum(int(d) * (10 - n) for n, d in enumerate(digits))
    check = (11 - total % 11) % 11
    assume(check < 10)
    number = f"{digits}{check}"
    assume(number != "9999999999")

    assert sound(
        identifiers.nhs_number_value("t"),
        [number, change_one_digit(number, place, by)],
    ) == [True, False]


@QUICK
@given(
    year=st.integers(1950, 2026),
    serial=st.integers(1, 9_999_999),
    place=st.integers(0, 8),
    by=st.integers(1, 9),
)
def test_a_right_pnc_number_passes_and_one_changed_digit_fails(
    sound, year, serial, place, by
):
    letter = LETTERS[(year % 100 * 10_000_000 + serial) % 23]
    short = f"{year % 100:02}/{serial:07}{letter}"
    value = identifiers.identifier_value("t", context=Context(field="pnc_number"))

    assert sound(
        value,
        [
            f"{year}/{serial:07}{letter}",
            f"{year % 100:02}/{serial}{letter}",
            change_one_digit(short, place, by),
        ],
    ) == [True, True, False]


@QUICK
@given(
    year=st.integers(0, 99),
    serial=st.integers(1, 999_999),
    place=st.integers(0, 7),
    by=st.integers(1, 9),
)
def test_a_right_cro_number_passes_and_one_changed_digit_fails(
    sound, year, serial, place, by
):
    letter = LETTERS[(year * 1_000_000 + serial) % 23]
    number = f"{serial:06}/{year:02}{letter}"
    value = identifiers.identifier_value("t", context=Context(field="cro_number"))

    assert sound(
        value,
        [
            number,
            f"{serial}/{year:02}{letter}",
            f"SF{year:02}/{serial}{LETTERS[int(f'{year:02}{serial}') % 23]}",
            change_one_digit(number, place, by),
        ],
    ) == [True, True, True, False]


@QUICK
@given(
    serial=st.integers(0, 999_999),
    ending=st.sampled_from(["A", "B", "C", "D", ""]),
    wrong=st.sampled_from("EFGHIJKLMNOPQRSTUVWXYZ0123456789"),
    prefix=st.sampled_from(
        ["BG", "GB", "KN", "NK", "NT", "TN", "ZZ", "AO", "FA", "AV"]
    ),
)
def test_an_insurance_number_has_a_prefix_that_is_used_and_a_letter_to_d(
    sound, serial, ending, wrong, prefix
):
    assume(serial != 123_456)
    value = identifiers.identifier_value("t", context=Context(field="nino"))

    assert sound(
        value,
        [
            f"QQ{serial:06}{ending}",
            f"QQ{serial:06}{wrong}",
            f"{prefix}{serial:06}{ending}",
        ],
    ) == [True, False, False]


def test_words_for_not_known_are_no_name():
    assert judge(values.name_value("t"), "not known") == (None, ["placeholder"])
    assert judge(values.name_value("t"), "Fern") == ("Fern", [])


def test_a_placeholder_is_looked_for_only_where_the_table_says():
    here = Context(field="outcomes_achieved_count", family="crs_refer_and_monitor")
    offending = replace(here, sector="offending")

    limits = ("INTEGER", None)
    assert judge(values.number_value("t", *limits, context=here), "9000") == (
        "9000",
        [],
    )
    assert judge(values.number_value("t", *limits, context=offending), "9000") == (
        None,
        ["placeholder"],
    )


@pytest.mark.parametrize(
    ("heading", "text"), [("TOPCC", "N"), ("TITREAT", "1"), ("AGNCY", "N0852")]
)
def test_what_one_system_fills_in_whatever_is_true_is_no_fact(heading, text):
    there = Context(heading=heading, sector="drugs", family="ndtms_cds_h")

    assert judge(values.code_value("t", context=there), text) == (
        None,
        ["placeholder"],
    )
    assert judge(values.code_value("t"), text) == (text, [])


def test_every_placeholder_names_a_place_that_exists():
    sources = {"*", *load_providers(), *(load_layout(n).family for n in list_layouts())}
    headings = {
        heading
        for name in list_layouts()
        for file in load_layout(name).files.values()
        for heading in file.headers
    }
    kinds = {"*", "name", "postcode", "date", *SQL_TYPES, *load_identity()}

    for placeholder in load_placeholders():
        assert placeholder.sector in {"*", *SECTORS}
        assert placeholder.source in sources
        assert placeholder.field in kinds | headings, placeholder


def test_a_table_that_lists_a_placeholder_twice_is_refused(tmp_path, monkeypatch):
    table = tmp_path / "twice.csv"
    row = "X,name,not_known,*,*,made for this test\n"
    table.write_text("value,field,means,sector,source,evidence\n" + row * 2)
    monkeypatch.setattr(placeholders, "TABLE", table)
    load_placeholders.cache_clear()

    with pytest.raises(MappingError, match="listed twice"):
        load_placeholders()

    load_placeholders.cache_clear()
