"""Gates: what stops a run, what is reported, and what never leaves the data folder."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from flows.contracts import describe_columns, list_datasets, load_contract
from flows.duck import connect
from flows.errors import GateFailed, MappingError
from flows.gate import (
    check_landed,
    check_linked,
    check_published,
    stop_if_critical,
)
from flows.gating.results import GateResult
from flows.gating.suites import SUITES, Expectation, describe, list_marts, load_suite
from flows.landing.pending import write_empty_files
from tests.made_warehouse import MADE_BY_HAND, make_warehouse, run_sql

UNLIKELY = "Xyzzyfield"


def land(place, sector: str, dataset: str, rows: int, **values: str) -> None:
    """Write landed rows: each column null unless given as SQL over the row number i."""
    folder = place.landed / sector / dataset
    folder.mkdir(parents=True, exist_ok=True)
    usual = {
        "_row_id": "i::varchar",
        "_export_id": "'first'",
        "_export_date": "date '2026-06-30'",
    }
    values = usual | values
    columns = describe_columns(load_contract(sector).datasets[dataset])
    chosen = ", ".join(
        f'({values.get(name, "null")})::{kind} as "{name}"'
        for name, kind in columns.items()
    )
    with connect() as connection:
        write_empty_files(place, connection)
        connection.execute(
            f"copy (select {chosen} from range({rows}) as r(i)) "
            f"to '{folder / 'export.parquet'}' (format parquet)"
        )


def land_clients(place, rows: int = 50, **values: str) -> None:
    usual = {
        "record_id": "i::varchar",
        "birth_year": "1960 + i",
        "sex_type": "'female'",
        "ethnicity_type": "'white'",
    }
    land(place, "homelessness", "clients", rows, **(usual | values))


def link(place, query: str, health: str = "from {sound}") -> None:
    folder = place.linked / "current"
    folder.mkdir(parents=True)
    with connect() as connection:
        connection.execute(
            f"copy ({query}) to '{folder / 'person_links.parquet'}' (format parquet)"
        )
        links = f"read_parquet('{folder / 'person_links.parquet'}')"
        sound = (
            "select person_id, 'ok' as health, []::varchar[] as reasons, "
            f"count(*) as records, 1::bigint as providers from {links} group by 1"
        )
        connection.execute(
            f"copy (select * from ({health.format(sound=f'({sound})')})) "
            f"to '{folder / 'person_health.parquet'}' (format parquet)"
        )


def pick(results: list[GateResult], table: str, expectation: str) -> GateResult:
    (found,) = [r for r in results if r.table == table and r.expectation == expectation]
    return found


ROWS = "expect_table_row_count_to_be_between"
SHAPE = "expect_table_columns_to_match_set"
BIRTH_YEAR = "expect_column_values_to_be_between(birth_year)"


def test_landed_rows_that_are_fit_pass_and_the_rest_is_not_applicable(place):
    land_clients(place)

    results = check_landed(place)

    stop_if_critical(results)
    clients = [r for r in results if r.table == "homelessness.clients"]
    others = [r for r in results if r.table != "homelessness.clients"]
    assert {r.status for r in clients} == {"passed"}
    assert {(r.status, r.passed) for r in others} == {("not_applicable", False)}
    assert len({r.table for r in others}) == len(list_datasets()) - 1
    assert "No export" in others[0].why


def test_only_the_newest_landing_of_a_row_is_judged(place):
    land_clients(place, birth_year="1066")
    folder = place.landed / "homelessness" / "clients"
    (folder / "export.parquet").rename(folder / "older.parquet")
    land_clients(place, _export_date="date '2026-07-31'")

    results = check_landed(place)

    assert pick(results, "homelessness.clients", ROWS).observed == {"rows": 50}
    assert pick(results, "homelessness.clients", BIRTH_YEAR).passed


def test_a_critical_failure_stops_the_run_and_says_what_to_do(place):
    land_clients(place, birth_year="case when i < 10 then 1066 else 1980 end")

    results = check_landed(place)

    with pytest.raises(GateFailed) as stopped:
        stop_if_critical(results)
    words = str(stopped.value)
    for part in ("homelessness.clients", "birth_year", "unexpected 10", "1905", "date"):
        assert part in words
    assert "1066" not in words


def test_a_warning_is_reported_and_does_not_stop_the_run(place):
    land_clients(place, sex_type="case when i < 40 then null else 'male' end")

    results = check_landed(place)

    stop_if_critical(results)
    warning = pick(
        results, "homelessness.clients", "expect_column_values_to_not_be_null(sex_type)"
    )
    assert (warning.severity, warning.status) == ("warning", "failed")
    assert warning.observed["unexpected_percent"] == 80


def test_a_row_that_was_withdrawn_since_is_not_judged(place):
    land_clients(place, sex_type="case when i < 25 then 'robot' else 'female' end")
    gone = place.landed / "_withdrawn" / "later.parquet"
    with connect() as connection:
        connection.execute(
            "copy (select i::varchar as _row_id, 'first' as _landed_export_id, "
            "'later' as _export_id, "
            "date '2026-07-31' as _export_date, null::timestamp as _received_at "
            f"from range(25) as r(i)) to '{gone}' (format parquet)"
        )

    results = check_landed(place)

    assert pick(results, "homelessness.clients", ROWS).observed["rows"] == 25
    stop_if_critical(results)


def test_a_table_whose_every_row_was_withdrawn_fails(place):
    land_clients(place, rows=3)
    gone = place.landed / "_withdrawn" / "later.parquet"
    with connect() as connection:
        connection.execute(
            "copy (select i::varchar as _row_id, 'first' as _landed_export_id, "
            "'later' as _export_id, "
            "date '2026-07-31' as _export_date, null::timestamp as _received_at "
            f"from range(3) as r(i)) to '{gone}' (format parquet)"
        )

    with pytest.raises(GateFailed, match="homelessness.clients"):
        stop_if_critical(check_landed(place))


def test_an_empty_table_never_passes_by_being_empty(place):
    land_clients(place, rows=0)

    results = [r for r in check_landed(place) if r.table == "homelessness.clients"]

    assert pick(results, "homelessness.clients", ROWS).status == "failed"
    assert [r.expectation for r in results if r.passed] == [SHAPE]
    with pytest.raises(GateFailed, match="from 1 to any rows"):
        stop_if_critical(results)


def test_a_column_without_any_value_is_not_called_passed(place):
    land_clients(place, ethnicity_type="null")

    results = check_landed(place)

    found = pick(
        results,
        "homelessness.clients",
        "expect_column_values_to_be_in_set(ethnicity_type)",
    )
    assert (found.passed, found.status) == (False, "not_applicable")


def test_a_missing_column_is_critical_whatever_the_severity(place):
    folder = place.landed / "homelessness" / "clients"
    with connect() as connection:
        write_empty_files(place, connection)
        (folder / "_empty.parquet").unlink()
        connection.execute(
            "copy (select '1' as _row_id, 'r' as record_id, date '2026-06-30' as "
            "_export_date, timestamp '2026-06-30' as _received_at, 'e' as _export_id) "
            f"to '{folder / 'export.parquet'}' (format parquet)"
        )

    results = [r for r in check_landed(place) if r.table == "homelessness.clients"]

    shape = pick(results, "homelessness.clients", SHAPE)
    assert (shape.status, shape.severity) == ("failed", "critical")
    assert "sex_type" in shape.why
    birth_years = [r for r in results if "birth_year" in r.expectation]
    assert {(r.status, r.severity) for r in birth_years} == {("errored", "critical")}


def test_links_that_give_each_record_one_person_pass(place):
    link(
        place,
        "select i::varchar record_id, (i // 2)::varchar person_id, "
        "(i // 2)::varchar strict_person_id, (i // 2)::varchar loose_person_id "
        "from range(9) r(i)",
    )

    results = check_linked(place)

    stop_if_critical(results)
    assert {r.status for r in results} == {"passed"}


@pytest.mark.parametrize(
    ("query", "expectation"),
    [
        ("select 'r' as record_id, i::varchar as person_id", "to_be_unique(record_id)"),
        (
            "select i::varchar as record_id, null::varchar as person_id",
            "null(person_id)",
        ),
        ("select i::varchar as record_id, 'p' as person_id", "unexpected_rows"),
    ],
)
def test_links_that_lose_split_or_pile_up_people_stop_the_run(
    place, query, expectation
):
    link(place, f"{query} from range(200) as r(i)")

    results = check_linked(place)

    failed = [r.expectation for r in results if r.status == "failed"]
    assert any(expectation in name for name in failed)
    with pytest.raises(GateFailed, match="person_links"):
        stop_if_critical(results)


def test_a_missing_table_is_an_error_not_a_pass(place):
    results = check_linked(place)

    assert {r.table for r in results} == {"person_links", "person_health"}
    assert {(r.status, r.severity) for r in results} == {("errored", "critical")}


_FEW = "select *, row_number() over (order by person_id::integer) as place from {sound}"


@pytest.mark.parametrize(
    ("health", "words"),
    [
        ("from {sound} where person_id <> '7'", "person_links full join"),
        ("from {sound} union all from {sound} limit 210", "unique"),
        ("select * replace ('gone' as person_id) from {sound}", "full join"),
        ("select * replace (records + 1 as records) from {sound}", "held.records"),
        ("select * replace ('well' as health) from {sound}", "health one of"),
        ("select * replace (null::varchar as health) from {sound}", "health recorded"),
        ("select * replace ('disputed' as health) from {sound}", "len(reasons)"),
        ("select * replace (['two_nhs_numbers'] as reasons) from {sound}", "len(reas"),
        (
            f"select * exclude (place) replace (if(place < 7, 'disputed', health) as "
            f"health, if(place < 7, ['decisions_disagree'], []) as reasons) from ({_FEW})",
            "'disputed'",
        ),
    ],
)
def test_health_that_is_not_everybodys_or_not_known_or_too_often_bad_stops_the_run(
    place, health, words
):
    link(
        place,
        "select i::varchar record_id, i::varchar person_id, i::varchar "
        "strict_person_id, i::varchar loose_person_id from range(200) r(i)",
        health,
    )

    results = check_linked(place)

    failed = [r for r in results if r.status == "failed" and r.severity == "critical"]
    assert any(words in r.expected for r in failed), failed
    assert {r.table for r in failed} == {"person_health"}
    with pytest.raises(GateFailed, match="person_health"):
        stop_if_critical(results)


def test_a_few_disputed_people_stop_nothing(place):
    link(
        place,
        "select i::varchar record_id, i::varchar person_id, i::varchar "
        "strict_person_id, i::varchar loose_person_id from range(200) r(i)",
        "select * exclude (place) replace (if(place < 4, 'disputed', health) as health, "
        f"if(place < 4, ['decisions_disagree'], []) as reasons) from ({_FEW})",
    )

    stop_if_critical(check_linked(place))


def test_marts_are_judged_with_the_facts_key_and_the_file_is_let_go(place, keys):
    make_warehouse(place, keys)

    results = check_published(place, keys.without_identity())

    stop_if_critical([r for r in results if r.table in MADE_BY_HAND])
    assert {r.table for r in results} == set(list_marts())
    run_sql(place, keys, "create table written_after as select 1 as one")


def test_a_mart_that_was_not_built_stops_the_run(place, keys):
    make_warehouse(place, keys)
    run_sql(place, keys, "drop table coverage")

    with pytest.raises(GateFailed, match="no such mart"):
        stop_if_critical(check_published(place, keys))


def test_a_table_of_what_may_not_have_happened_is_told_to_be_empty(place, keys):
    make_warehouse(place, keys)
    run_sql(place, keys, "delete from failure_demand")

    results = check_published(place, keys.without_identity())

    found = pick(results, "failure_demand", ROWS)
    assert (found.status, found.severity) == ("failed", "warning")
    stop_if_critical([found])


def test_results_are_kept_without_any_value_from_a_row(place, caplog):
    land_clients(place, sex_type=f"'{UNLIKELY}'", record_id=f"'{UNLIKELY}' || i")

    results = check_landed(place)

    written = (place.logs / "gates" / "landed.json").read_text()
    assert any(r.status == "failed" for r in results)
    assert len(json.loads(written)) == len(results)
    assert UNLIKELY not in written + str(results) + caplog.text
    assert not any(
        UNLIKELY.encode() in path.read_bytes()
        for path in place.logs.rglob("*")
        if path.is_file()
    )


@pytest.mark.parametrize("dataset", list_datasets(), ids=lambda d: str(d)[:40])
def test_every_dataset_has_a_suite_that_fits_its_contract(dataset):
    sector, name, contract = dataset
    suite = load_suite(SUITES / "landed" / sector / f"{name}.yml")

    assert suite.table == f"{sector}.{name}"
    for expectation in suite.expectations:
        assert set(expectation.columns) <= set(contract.columns)
        column = contract.columns.get(expectation.kwargs.get("column", ""))
        if column and column.values and "value_set" in expectation.kwargs:
            assert tuple(expectation.kwargs["value_set"]) == column.values


def test_every_suite_file_begins_with_a_comment_and_is_named_after_its_table():
    for path in SUITES.rglob("*.yml"):
        assert path.read_text().startswith("# ")
        assert load_suite(path).table.rpartition(".")[2] == path.stem


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"type": "expect_column_quantile_values_to_be_between"}, "is not one of"),
        ({"kwargs": {"mostly": 0.5}}, "lacks"),
        ({"kwargs": {"column": "a", "mosty": 0.5}}, "does not take"),
        ({"severity": "grave"}, "severity"),
        ({"note": "unknown key"}, "note"),
    ],
)
def test_a_suite_with_a_mistake_is_refused_by_name(tmp_path, change, words):
    expectation = {
        "type": "expect_column_values_to_not_be_null",
        "kwargs": {"column": "a"},
        "severity": "warning",
        "dimension": "validity",
        "reason": "A reason in words that is long enough.",
        "guidance": "What to do in words that is long enough.",
    }
    path = tmp_path / "wrong.yml"
    path.write_text(json.dumps({"table": "t", "expectations": [expectation | change]}))

    with pytest.raises(MappingError, match=words) as refused:
        load_suite(path)
    assert str(path) in str(refused.value)


def test_dates_in_suites_follow_the_newest_export():
    expectation = Expectation(
        type="expect_column_values_to_be_between",
        kwargs={"column": "d", "min_value": "$as_of_year", "max_value": "$as_of"},
        severity="warning",
        dimension="validity",
        reason="A reason in words that is long enough.",
        guidance="What to do in words that is long enough.",
    )

    assert describe(expectation, dt.date(2026, 6, 30)) == "d from 2026 to 2026-06-30"
