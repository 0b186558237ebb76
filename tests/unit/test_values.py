"""Values: what a source writes, what it becomes, and the fault it has."""

from __future__ import annotations

import pytest

from flows.duck import connect
from flows.reading import values

DAY = "date '2026-06-30'"
UK = ["%d/%m/%Y", "%Y-%m-%d"]


def judge(value: values.Value, text: str | None) -> tuple[object, list[str]]:
    with connect() as connection:
        rules = ", ".join(
            f"case when {condition} then '{rule}' end"
            for condition, rule, _ in value.faults
        )
        row = connection.execute(
            f"select {value.sql}, [{rules}] from (select ?::varchar as t)", [text]
        ).fetchone()
    found, rules_found = row
    return (found if found is None else str(found)), [r for r in rules_found if r]


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
        ("sysdate", ["%Y-%m-%d"], None, ["not_a_date"]),
        (None, UK, None, []),
    ],
)
def test_dates(text, formats, expected, faults):
    assert judge(values.date_value("t", formats, DAY), text) == (expected, faults)


@pytest.mark.parametrize(
    ("text", "expected", "faults"),
    [
        ("04/03/1985", "1985-03-04", []),
        ("01/01/1900", None, ["placeholder"]),
        ("01/01/1970", None, ["placeholder"]),
        ("01/01/1890", None, ["impossible_birth_date"]),
        ("01/07/2026", None, ["impossible_birth_date"]),
        ("unknown", None, ["not_a_date"]),
    ],
)
def test_birth_dates_are_left_out_with_a_remark_not_with_the_row(
    text, expected, faults
):
    value = values.birth_date_value("t", UK, DAY)

    assert judge(value, text) == (expected, faults)
    assert all(severity == "warning" for _, _, severity in value.faults)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("999 000 0018", "9990000018"),
        ("9990000018", "9990000018"),
        ("9990000019", None),
        ("0000000000", None),
        ("999000001", None),
    ],
)
def test_nhs_numbers_have_a_check_digit(text, expected):
    found, faults = judge(values.nhs_number_value("t"), text)

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
        ("ZZ99 3WZ", None, [], False),
        ("invalid postcode", None, ["not_a_postcode"], False),
    ],
)
def test_postcodes_and_their_stand_ins(text, expected, faults, nfa):
    assert judge(values.postcode_value("t"), text) == (expected, faults)
    flag, _ = judge(values.Value(values.is_no_fixed_abode("t")), text)
    assert flag == str(nfa)


@pytest.mark.parametrize(
    ("text", "limits", "expected", "faults"),
    [
        ("28", (0, 28), "28", []),
        ("29", (0, 28), None, ["out_of_range"]),
        ("2.5", None, None, ["not_a_number"]),
        ("3.0", None, "3", []),
        ("many", None, None, ["not_a_number"]),
    ],
)
def test_whole_numbers(text, limits, expected, faults):
    value = values.number_value("t", "INTEGER", limits)

    assert judge(value, text) == (expected, faults)


def test_closed_lists_are_read_without_case_and_strangers_are_told():
    value = values.mapped_value("t", {"M": "male", "f": "female"}, None)

    assert judge(value, "m") == ("male", [])
    assert judge(value, "F") == ("female", [])
    assert judge(value, "?") == (None, ["unknown_code"])
    assert judge(values.mapped_value("t", {"1": "x"}, "blank"), "0") == (None, [])
    assert judge(values.mapped_value("t", {"1": "x"}, "other"), "0") == ("other", [])


def test_free_text_is_not_a_code():
    assert judge(values.code_value("t"), "HM01") == ("HM01", [])
    assert judge(values.code_value("t"), "lives with mother; said " * 3)[1] == [
        "not_a_code"
    ]


def test_words_for_not_known_are_no_name():
    assert judge(values.name_value("t"), "not known") == (None, ["placeholder"])
    assert judge(values.name_value("t"), "Fern") == ("Fern", [])
