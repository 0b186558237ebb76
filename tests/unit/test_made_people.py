"""Invented person records: what is asked for is there, and the truth is the truth."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from flows.reading.identifiers import is_nhs_number
from tests.made_people import PROVIDERS, make_changes, make_people

RECORDS = 2_000
COLUMNS = [
    "record_id", "source", "forename", "middle_name", "surname", "alias_forename",
    "alias_surname", "birth_date", "sex", "postcode", "nhs_number", "pnc_number",
    "true_person_id", "twin_of", "junior_of",
]  # fmt: skip
SHARES = {
    "nhs_number is not null": 0.29,
    "pnc_number is not null": 0.30,
    "birth_date is null": 0.025,
    "postcode in ('ZZ99 3VZ', 'NFA')": 0.11,
    "source = 'fernshire_council'": 0.34,
    "length(regexp_replace(forename, '^M[rs] ', '')) = 1": 0.02,
    "starts_with(birth_date, '01/01/') or ends_with(birth_date, '-01-01')"
    " or starts_with(birth_date, '01 Jan')": 0.042,
}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("people") / "people.parquet"
    make_people(path, RECORDS)
    return path


def ask(path: Path, query: str, other: Path | None = None) -> list[tuple]:
    with duckdb.connect() as connection:
        connection.execute(f"create view people as from '{path}'")
        if other:
            connection.execute(f"create view other as from '{other}'")
        return connection.execute(query).fetchall()


def test_as_many_records_as_asked_for_each_with_an_id_of_its_own(people):
    found = ask(people, "select count(*), count(distinct record_id) from people")

    assert found == [(RECORDS, RECORDS)]
    assert [row[0] for row in ask(people, "describe people")] == COLUMNS
    sources = ask(people, "select distinct source from people")
    assert {source for (source,) in sources} == set(PROVIDERS)


def test_a_person_has_three_records_on_average(people):
    [(mean, most)] = ask(
        people,
        "select avg(n), max(n) from "
        "(select count(*) as n from people group by true_person_id)",
    )

    assert mean == pytest.approx(3.1, abs=0.2)
    assert 8 < most < 40


@pytest.mark.parametrize(("condition", "share"), SHARES.items())
def test_what_is_missing_or_known_is_as_common_as_it_should_be(
    people, condition, share
):
    query = f"select avg(coalesce({condition}, false)::int) from people"
    [(found,)] = ask(people, query)

    # Four standard errors of a share of so many records.
    assert found == pytest.approx(share, abs=4 * (share / RECORDS) ** 0.5)


def test_every_nhs_number_is_valid_and_of_the_range_that_nobody_is_given(people):
    query = f"""
        select count(*), bool_and({is_nhs_number("nhs_number::bigint")}
            and starts_with(nhs_number, '9') and length(nhs_number) = 10)
        from people where nhs_number is not null
    """
    [(numbers, are_valid)] = ask(people, query)

    assert numbers > 400
    assert are_valid


def test_every_pnc_number_has_the_right_check_letter_in_each_of_its_three_forms(people):
    parts = "regexp_extract(pnc_number, '^((?:19|20)?[0-9]{2})/?([0-9]{1,7})([A-Z])$'"
    rows = ask(
        people,
        f"select pnc_number, {parts}, 1), {parts}, 2), {parts}, 3) "
        "from people where pnc_number is not null",
    )
    forms = {(len(year), "/" in number) for number, year, _, _ in rows}
    wrong = [
        number
        for number, year, serial, letter in rows
        if "ZABCDEFGHJKLMNPQRTUVWXY"[int(year[-2:] + serial.zfill(7)) % 23] != letter
    ]

    assert forms == {(4, True), (2, True), (4, False)}
    assert wrong == []


def test_one_person_has_one_pnc_number_and_nearly_always_one_nhs_number(people):
    several = """
        select count(*) from (
            select true_person_id from people where {number} is not null
            group by 1 having count(distinct {number}) > 1
        )
    """
    serial = "ltrim(right(regexp_replace(pnc_number, '^.*/', ''), 8), '0')"

    assert ask(people, several.format(number=serial)) == [(0,)]
    assert ask(people, several.format(number="nhs_number"))[0][0] <= 3


def test_twins_share_a_birthday_and_juniors_are_a_generation_younger(tmp_path):
    path = tmp_path / "people.parquet"
    make_people(path, 20_000)
    born = """
        with own as (
            select true_person_id as id, any_value(twin_of) as twin_of,
                any_value(junior_of) as junior_of,
                -- Most records have it right.
                mode(coalesce(try_strptime(birth_date, '%d/%m/%Y'),
                    try_strptime(birth_date, '%d %b %Y'),
                    try_strptime(birth_date, '%Y-%m-%d'))) as born,
                mode(lower(split_part(forename, ' ', -1))) as forename,
                count(*) as n,
            from people group by true_person_id
        )
        select own.id, date_diff('year', other.born, own.born),
            own.forename = other.forename
        from own inner join own as other on other.id = own.{kin}
        where own.n > 1 and other.n > 1
    """
    twins = ask(path, born.format(kin="twin_of"))
    juniors = ask(path, born.format(kin="junior_of"))

    assert len(twins) > 5
    assert len(juniors) > 5
    assert sum(years == 0 for _, years, _ in twins) > 0.7 * len(twins)
    assert not any(same_name for _, _, same_name in twins)
    assert sum(18 <= years <= 34 for _, years, _ in juniors) > 0.7 * len(juniors)


def test_the_truth_names_each_person_once_and_kin_are_other_people(people):
    [(kin, themselves, both)] = ask(
        people,
        "select count(coalesce(twin_of, junior_of)), "
        "count(*) filter (where true_person_id in (twin_of, junior_of)), "
        "count(*) filter (where twin_of is not null and junior_of is not null) "
        "from people",
    )
    changing = ask(
        people,
        "select true_person_id from people group by 1 having "
        "count(distinct coalesce(twin_of, -1)) + "
        "count(distinct coalesce(junior_of, -1)) > 2",
    )

    assert kin > 0
    assert (themselves, both, changing) == (0, 0, [])


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_people(
    people, tmp_path
):
    again, other = tmp_path / "again.parquet", tmp_path / "other.parquet"
    make_people(again, RECORDS)
    make_people(other, RECORDS, seed=2)

    assert again.read_bytes() == people.read_bytes()
    same = "select count(*) from people semi join other using (surname, birth_date)"
    assert ask(people, same, other)[0][0] < RECORDS / 20


def test_a_night_brings_seven_new_records_to_three_that_say_something_else(
    people, tmp_path
):
    night = tmp_path / "night.parquet"
    make_changes(night, people, share=0.05)
    standing = """
        select count(*), count(distinct people.record_id),
            count(*) filter (where people.true_person_id = other.true_person_id
                and people.source = other.source),
            count(*) filter (where people is distinct from other)
        from other inner join people using (record_id)
    """
    [(changed, ids, of_the_same, different)] = ask(people, standing, night)

    assert ask(night, "select count(*) from people") == [(100,)]
    assert (changed, ids, of_the_same) == (30, 30, 30)
    assert different >= 25
    known = "select count(*) from other semi join people using (true_person_id)"
    assert ask(people, known, night)[0][0] > 80


def test_each_night_brings_records_of_its_own(people, tmp_path):
    first, second = tmp_path / "first.parquet", tmp_path / "second.parquet"
    make_changes(first, people, seed=1)
    make_changes(second, people, seed=2)
    new = f"substr(record_id, 2)::int >= {RECORDS}"
    shared = (
        f"select count(*) from people semi join other using (record_id) where {new}"
    )

    assert ask(first, f"select count(*) from people where {new}") == [(14,)]
    assert ask(first, shared, second) == [(0,)]
