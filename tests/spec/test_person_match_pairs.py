"""The cleaning pairs of a national matching service: ours mean the same, or say why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from flows.linkage.policy import FOLDER
from flows.reading import dates, identifiers, values
from flows.reading.values import Value
from tests.linkage_records import standard_rows

EXPORT_DAY = "date '2026-06-30'"

# What their tests ask and ours do not, each with the reason.
NO_COUNTERPART = {
    "test_list_append_from_scalar.yaml": "a record is rows of the vault, not one list: "
    "an alias is a row of its own, and nothing is appended",
    "test_list_filter_out_strings_of_length_lt.yaml": "a name of one letter is kept as "
    "an initial, which is all that a drugs return carries",
    "test_list_transform_remove_all_spaces.yaml": "spaces part the halves of a postcode "
    "here, and go from names in joined(), which the names end to end cover",
    "test_all_cleaning.yaml": "one row of each of the others; sentence dates and "
    "overrides are no part of our comparison",
}

# A pair of theirs, by its input, that we clean otherwise.
DIFFERENT = {
    "MC DUFF-MCDONALD": "they keep the last part of a double surname; we keep the "
    "whole, and each part beside it, as either may be the name known elsewhere",
    "a": "they drop a forename of one letter; we keep it as an initial",
}


@pytest.fixture(scope="module")
def pairs(samples: Path) -> Path:
    return samples / "hmpps_person_match_test_data"


@pytest.fixture(scope="module")
def macros() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute((FOLDER / "cleaning.sql").read_text(encoding="utf-8"))
        yield connection


def read_pairs(pairs: Path, name: str) -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = yaml.safe_load((pairs / name).read_text())["data"]
    assert content
    return content


def clean_name(macros: duckdb.DuckDBPyConnection, said: str | None) -> str | None:
    row = macros.execute("select upper(plain_name(?::varchar))", [said]).fetchone()
    assert row is not None
    return row[0]


def read_texts(value: Value, texts: list[str | None]) -> list[Any]:
    """The values of a column's texts at the door, those without one left out."""
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"""
            with texts as (select trim(unnest(?::varchar[])) as t),
            opened as (select *, {value.read or "null"} as t_read from texts)
            select {value.sql} as t_value from opened where t_value is not null
            """,
            [texts],
        ).fetchall()
    return [found for (found,) in rows]


def test_every_file_of_pairs_is_walked_or_has_a_reason(pairs: Path) -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    names = {path.name for path in pairs.glob("test_*.yaml")}

    assert set(NO_COUNTERPART) < names
    assert [name for name in sorted(names) if f'"{name}"' not in text] == []


def test_single_names_are_cleaned_alike(
    pairs: Path, macros: duckdb.DuckDBPyConnection
) -> None:
    for pair in read_pairs(pairs, "test_individual_names_cleaning.yaml"):
        assert clean_name(macros, pair["input_value"]) == pair["output_value"]


def test_lists_of_names_are_cleaned_alike(
    pairs: Path, macros: duckdb.DuckDBPyConnection
) -> None:
    for pair in read_pairs(pairs, "test_list_transform_name_cleaning.yaml"):
        for said, meant in zip(
            pair["input_value"] or [], pair["output_value"] or [], strict=True
        ):
            assert clean_name(macros, said) == meant


def names_of(row: dict[str, Any]) -> list[dict[str, Any]]:
    """Their row as ours: the record, and a row for each alias."""
    main = {
        "forename": row["first_name"],
        "middle_name": row["middle_names"],
        "surname": row["last_name"],
    }
    aliases = [{"forename": name} for name in row["first_name_aliases"] or []]
    aliases += [{"surname": name} for name in row["last_name_aliases"] or []]
    return [
        {"record": "r", **main},
        *({"record": "r", "kind": "alias", **alias} for alias in aliases),
    ]


def test_names_come_out_alike_end_to_end(pairs: Path) -> None:
    different = set()
    for pair in read_pairs(pairs, "test_names_end_to_end.yaml"):
        (given,), (expected,) = pair["input_table"], pair["cleaned_2"]
        connection = standard_rows(names_of(given))
        row = connection.execute(
            "select upper(forename), upper(middle_name), upper(surname), "
            "list_transform(surnames, lambda name: upper(name)) from standard"
        ).fetchone()
        assert row is not None
        forename, middle, surname, surnames = row

        # Every surname they would compare by, we would too.
        assert set(expected["last_name_std_arr"] or []) <= set(surnames)
        found = (forename, middle, surname)
        meant = tuple(expected[f"{n}_std"] for n in ("name_1", "name_2", "last_name"))
        if found != meant:
            different |= {given["first_name"], given["last_name"]} & set(DIFFERENT)
            assert {given["first_name"], given["last_name"]} & set(DIFFERENT), found

    assert different == {"MC DUFF-MCDONALD", "a"}


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("test_postcodes_end_to_end.yaml", "postcode_arr"),
        ("test_individual_postcode_cleaning.yaml", None),
    ],
)
def test_postcodes_are_kept_and_refused_alike(
    pairs: Path, name: str, column: str | None
) -> None:
    value = identifiers.postcode_value("t")
    for pair in read_pairs(pairs, name):
        if column:
            texts = pair["input_table"][0]["postcodes"]
            expected = pair["cleaned_2"][0][column]
        else:
            texts, expected = pair["input_value"], pair["output_value"]

        found = {code.replace(" ", "") for code in read_texts(value, texts)}

        assert found == set(expected or [])


def test_birth_dates_lose_the_same_placeholders(pairs: Path) -> None:
    # Theirs is one sorted list; ours is a row each, so the set is compared.
    value = dates.birth_date_value("t", ["%Y-%m-%d"], EXPORT_DAY)
    for pair in read_pairs(pairs, "test_dob_arr_end_to_end.yaml"):
        row, meant = pair["input_table"][0], pair["cleaned_2"][0]["date_of_birth_arr"]
        texts = [row["date_of_birth"], *(row["date_of_birth_aliases"] or [])]

        assert {str(day) for day in read_texts(value, texts)} == set(meant or [])


def test_sentence_dates_lose_the_same_placeholders(pairs: Path) -> None:
    value = dates.date_value("t", ["%Y-%m-%d"], EXPORT_DAY)
    for pair in read_pairs(pairs, "test_sentence_dates_end_to_end.yaml"):
        texts = pair["input_table"][0]["sentence_dates"] or []
        meant = pair["cleaned_2"][0]["sentence_date_arr"] or []

        assert {str(day) for day in read_texts(value, texts)} == set(meant)


def test_the_empty_cro_number_goes_and_so_do_those_of_a_wrong_letter(
    pairs: Path,
) -> None:
    # Theirs keeps 123456/99A and 999999/99Z, made up without regard to their letters,
    # which are L and A: a number of a wrong letter is a mistyped one and joins nobody.
    context = values.Context(field="cro_number")
    value = identifiers.identifier_value("t", context=context)
    for pair in read_pairs(pairs, "test_list_filter_problem_cros.yaml"):
        assert read_texts(value, pair["input_value"] or []) == []

    assert read_texts(value, ["123456/99L", "000000/00Z"]) == ["123456/99L"]
