"""Transform: real dbt over landed facts of invented people, figures worked by hand."""

from __future__ import annotations

import csv
import datetime as dt
import os

import duckdb
import pytest
import yaml

from flows.contracts import list_datasets
from flows.errors import PipelineError
from flows.keys import Keys
from flows.paths import PROJECT, Place
from flows.transform import MARTS, ExpectedProvider, transform
from tests.hard_edges import CELLS, MARGINS, build_overlaps
from tests.made_landing import EXPORTED, MadeLanding

COUNCIL = ExpectedProvider("a_council", "A Council", "homelessness", "monthly")
SERVICE = ExpectedProvider("a_service", "Andy's Service", "drugs", "monthly")
PRISON = ExpectedProvider("a_prison", "A Prison", "offending", "monthly")
TRUST = ExpectedProvider("a_trust", "A Trust", "mental_health", "monthly")
EVERYONE = (COUNCIL, SERVICE, PRISON, TRUST)
DAY = dt.date.fromisoformat


@pytest.fixture
def landing(place, keys) -> MadeLanding:
    return MadeLanding(place, keys)


@pytest.fixture(scope="module")
def hard_cases(tmp_path_factory) -> MadeLanding:
    """One place built once, in which each test below has records of its own."""
    place = Place(tmp_path_factory.mktemp("hard") / "data")
    place.prepare()
    landing = MadeLanding(place, Keys(facts=b"f" * 32))
    land_late_and_withdrawn_rows(landing)
    land_hmis(landing)
    land_two_drug_exports(landing)
    for day in ("2026-01-31", "2026-03-31"):
        landing.export("a_service", "drugs", DAY(day))
    landing.export("a_council", "homelessness", DAY("2026-02-28"), state="refused")
    landing.export("a_stranger", "offending", DAY("2025-12-31"))
    build(landing)
    return landing


def build(landing: MadeLanding, expected=EVERYONE, as_of=EXPORTED, **more):
    keys = landing.keys.without_identity()
    return transform(landing.place, keys, expected, as_of, **more)


def land_four_people(landing: MadeLanding) -> None:
    """Ann, Ben, Cal and Dee; last year is April 2025 to March 2026.

    Ann: housed by the council from June 2025, in treatment from July 2025, referred by
    probation. Ben: in prison from 2024 to May 2025, then evicted in February 2026. Cal:
    referred to the trust and rejected. Dee: treatment that ended in May 2024.
    """
    landing.land(
        "homelessness/clients",
        "a_council",
        {"record_id": "ann-c", "birth_year": 1986, "sex_type": "female",
         "postcode_district": "QX1"},
        {"record_id": "ben-c", "birth_year": 1950, "postcode_district": "QX2",
         "has_no_fixed_abode": True},
    )  # fmt: skip
    landing.land(
        "homelessness/cases",
        "a_council",
        {"case_id": "case-ann", "record_id": "ann-c",
         "application_date": DAY("2025-06-01"), "decision_date": DAY("2025-06-11"),
         "decision_type": "relief_duty"},
    )  # fmt: skip
    landing.land(
        "homelessness/placements",
        "a_council",
        {"placement_id": "stay-ben", "record_id": "ben-c",
         "start_date": DAY("2026-01-01"), "end_date": DAY("2026-02-01"),
         "end_type": "evicted"},
    )  # fmt: skip
    landing.land(
        "drugs/clients",
        "a_service",
        {"record_id": "ann-d", "birth_year": 1986, "sex_type": "not_known"},
        {"record_id": "dee-d", "birth_year": 2001, "postcode_district": "QX1"},
    )
    landing.land(
        "drugs/episodes",
        "a_service",
        {"episode_id": "treat-ann", "record_id": "ann-d",
         "referral_date": DAY("2025-07-01"), "triage_date": DAY("2025-07-05"),
         "referral_source_type": "criminal_justice"},
        {"episode_id": "treat-dee", "record_id": "dee-d",
         "referral_date": DAY("2024-02-01"), "triage_date": DAY("2024-02-05"),
         "discharge_date": DAY("2024-05-31"), "discharge_type": "dropped_out"},
    )  # fmt: skip
    landing.land(
        "drugs/interventions",
        "a_service",
        {"intervention_id": "m-ann", "episode_id": "treat-ann", "record_id": "ann-d",
         "start_date": DAY("2025-07-15")},
        {"intervention_id": "m-dee", "episode_id": "treat-dee", "record_id": "dee-d",
         "start_date": DAY("2024-02-20")},
    )  # fmt: skip
    landing.land("offending/people", "a_prison", {"record_id": "ben-p"})
    landing.land(
        "offending/bookings",
        "a_prison",
        {"booking_id": "stay", "record_id": "ben-p", "begin_date": DAY("2024-10-01"),
         "end_date": DAY("2025-05-01")},
    )  # fmt: skip
    landing.land("mental_health/patients", "a_trust", {"record_id": "cal-m"})
    landing.land(
        "mental_health/referrals",
        "a_trust",
        {"referral_id": "ref-cal", "record_id": "cal-m",
         "received_date": DAY("2025-08-01"), "rejection_date": DAY("2025-08-10"),
         "rejection_code": "02"},
    )  # fmt: skip
    landing.link(
        {"ann-c": "ann", "ann-d": "ann", "ben-c": "ben", "ben-p": "ben",
         "cal-m": "cal", "dee-d": "dee"}
    )  # fmt: skip
    for provider in EVERYONE:
        landing.export(provider.provider, provider.sector, EXPORTED)


def test_an_empty_place_has_no_people_and_no_figure_that_reads_as_zero(landing):
    result = build(landing, selector="everything")

    assert result.rows == {
        "people": 0, "person_episodes": 0, "person_timeline": 0, "need_overlaps": 90,
        "sector_lens": 32, "coverage": 4, "coordination_load": 0,
        "relationship_continuity": 0, "missed_opportunities": 0, "failure_demand": 0,
        # 14 periods and 4 providers, 6 bands; 6 bands, 3 thirds and 3 outcomes
        "referral_network": 56, "creaming_index": 56, "referral_decisions": 336,
        "referral_rejections": 336, "continuity_outcomes": 54,
        "hidden_population": 2, "missed_opportunity_summary": 90,
        "failure_demand_matrix": 16, "upstream_signals": 720,
        # 36 months, 6 kinds and all; 12 quarters, 4 providers, 5 screens and 3 census
        "crisis_demand": 252, "litmus": 24, "outcome_integrity": 252, "gap_drift": 48,
        "provision_by_place": 8, "provision_concentration": 8,
        "structural_causes": 50, "cause_similarity": 12, "voice": 8, "strengths": 8,
        "panel_findings_summary": 20, "households": 2,
    }  # fmt: skip
    assert result.models_built > 80
    assert result.tests_passed > 180
    assert landing.ask(
        "select distinct status_type, people_count, providers_expected_count, "
        "providers_received_count from need_overlaps"
    ) == [("not_available", None, 4, 0)]
    assert landing.ask(
        "select provider, provider_name, status_type, freshness_days from coverage "
        "where provider = 'a_service'"
    ) == [("a_service", "Andy's Service", "missing", None)]


def test_four_people_over_four_sectors_give_the_figures_worked_by_hand(landing, capfd):
    land_four_people(landing)

    result = build(landing)

    assert "".join(capfd.readouterr()) == ""
    assert result.rows["people"] == 4
    overlaps = {
        (period, lens, needs): count
        for period, lens, needs, count in landing.ask(
            "select period_type, lens_type, needs_combination, people_count "
            "from need_overlaps where area_code = 'all' and people_count > 0"
        )
    }
    assert overlaps == {
        # Ann is served for two needs; Ben by the council, and by the prison until May.
        ("last_year", "in_service", "homelessness+substance_use"): 1,
        ("last_year", "in_service", "homelessness+offending"): 1,
        # Ann: relief duty, NDTMS, referred by probation. Ben: housed as homeless; the
        # booking is dated the year before. Cal: a referral, though rejected.
        ("last_year", "recorded", "homelessness+substance_use+offending"): 1,
        ("last_year", "recorded", "homelessness"): 1,
        ("last_year", "recorded", "mental_health"): 1,
        ("last_year", "either", "homelessness+substance_use+offending"): 1,
        ("last_year", "either", "homelessness+offending"): 1,
        ("last_year", "either", "mental_health"): 1,
        # April 2024 to March 2025: Ben in prison, Dee in treatment until May 2024.
        ("year_before", "in_service", "offending"): 1,
        ("year_before", "in_service", "substance_use"): 1,
        ("year_before", "recorded", "offending"): 1,
        ("year_before", "either", "offending"): 1,
        ("year_before", "either", "substance_use"): 1,
    }
    assert landing.ask(
        "select area_code, people_count from need_overlaps where period_type = "
        "'last_year' and lens_type = 'either' and needs_combination = 'mental_health' "
        "order by all"
    ) == [("all", 1), ("not_known", 1)]
    assert landing.ask(
        "select person_id, age_band, sex_type, area_code, record_count, "
        "sectors_ever_count, sectors_last_year_count, crisis_count_last_year, "
        "complexity_score, has_no_fixed_abode, has_offending_recorded, "
        "first_seen_date, last_seen_date from people order by person_id"
    ) == [
        # 2026 - 1986 = 40. Two sectors x 2 = 4. First the application, last treatment.
        ("ann", "35-44", "female", "QX1", 2, 2, 2, 0, 4, False, True,
         DAY("2025-06-01"), DAY("2025-07-15")),
        # 2026 - 1950 = 76. Two sectors x 2 + eviction x 2 + unplanned closure x 1 + no
        # fixed abode x 2 = 9.
        ("ben", "65+", "not_known", "QX2", 2, 2, 2, 1, 9, True, True,
         DAY("2024-10-01"), DAY("2026-02-01")),
        # One rejected referral x 1.
        ("cal", "not_known", "not_known", "not_known", 1, 1, 0, 0, 1, False, False,
         DAY("2025-08-01"), DAY("2025-08-10")),
        ("dee", "25-34", "not_known", "QX1", 1, 1, 0, 0, 0, False, False,
         DAY("2024-02-01"), DAY("2024-05-31")),
    ]  # fmt: skip
    assert landing.ask(
        "select event_type, split_part(words, ':', 1) from person_timeline "
        "where person_id = 'cal' order by event_date"
    ) == [
        ("referral", "Referral"),
        ("decision", "Decision, rejected (inappropriate referral)"),
    ]
    # Ann's two records know each other, as do Ben's; Cal's and Dee's are alone.
    assert landing.ask("select provider, link_rate from coverage order by all") == [
        ("a_council", 1.0), ("a_prison", 1.0), ("a_service", 0.5), ("a_trust", 0.0),
    ]  # fmt: skip


def land_late_and_withdrawn_rows(landing: MadeLanding) -> None:
    def case(row: str, decision: str, **more) -> dict[str, object]:
        return {
            "_row_id": row, "case_id": f"case-{row}", "record_id": "late",
            "application_date": DAY("2025-06-01"), "decision_type": decision,
        } | more  # fmt: skip

    march, february, january = map(DAY, ("2026-03-31", "2026-02-28", "2026-01-31"))
    folder, council = "homelessness/cases", "a_council"
    landing.land(folder, council, case("changed", "main_duty"), exported=march)
    landing.land(folder, council, case("changed", "relief_duty"), exported=january)
    landing.land(folder, council, case("gone", "main_duty"), exported=january)
    landing.withdraw("gone", march)
    landing.land(folder, council, case("back", "prevention_duty"), exported=january)
    landing.withdraw("back", february)
    landing.land(folder, council, case("back", "main_duty"), exported=march)
    # Two source rows carry one case: the newer export counts, then the later line.
    landing.land(
        folder,
        council,
        case("first", "relief_duty", case_id="case-shared"),
        case("second", "main_duty", case_id="case-shared"),
        exported=february,
    )
    landing.link({"late": "late"})


def land_hmis(landing: MadeLanding) -> None:
    day = DAY("2026-02-01")
    enrolments = {"shelter": "101", "street": "116", "haven": "118", "jail": "207"}
    landing.land(
        "homelessness/enrolments",
        "a_project",
        *(
            {"enrolment_id": f"e-{who}", "record_id": who, "entry_date": day,
             "living_situation_code": code}
            for who, code in (enrolments | {"rented": "410", "left": "410"}).items()
        ),
    )  # fmt: skip
    landing.land(
        "homelessness/exits",
        "a_project",
        {"exit_id": "x", "enrolment_id": "e-left", "record_id": "left",
         "exit_date": day, "destination_code": "207", "completion_code": "1"},
    )  # fmt: skip
    answers = {"mind": ("9", "1"), "calm": ("9", "0"), "drink": ("10", "1"),
               "drug": ("10", "2"), "both": ("10", "3"), "unknown": ("10", "99"),
               "body": ("5", "1")}  # fmt: skip
    landing.land(
        "homelessness/disabilities",
        "a_project",
        *(
            {"disability_id": who, "enrolment_id": "e", "record_id": who,
             "recorded_date": day, "disability_code": kind, "response_code": answer}
            for who, (kind, answer) in answers.items()
        ),
    )  # fmt: skip
    landing.link({who: who for who in (*enrolments, "rented", "left", *answers)})


def land_two_drug_exports(landing: MadeLanding) -> None:
    landing.land(
        "drugs/episodes",
        "a_service",
        {"episode_id": "ndtms", "record_id": "fay", "referral_date": DAY("2025-05-08")},
    )
    landing.land(
        "drugs/referrals",
        "a_service",
        {"record_id": "fay", "referral_date": DAY("2025-05-01"), "worker_id": "coach"},
        {"record_id": "fay", "referral_date": DAY("2025-09-01"), "worker_id": "other",
         "allocation_date": DAY("2025-09-11")},
    )  # fmt: skip
    landing.link({"fay": "fay"})


def test_late_withdrawn_and_repeated_rows_are_settled_by_the_newest_export(hard_cases):
    assert hard_cases.ask(
        "select case_id, decision_type from staging.stg_homelessness__cases "
        "order by all"
    ) == [
        ("case-back", "main_duty"),
        ("case-changed", "main_duty"),
        ("case-shared", "main_duty"),
    ]


def test_hmis_codes_signal_the_needs_the_crosswalk_says(hard_cases):
    rows = hard_cases.ask(
        "select person_id, need_type from intermediate.int_needs_recorded "
        "where provider = 'a_project' order by all"
    )

    assert rows == [
        ("both", "substance_use"),
        ("drink", "substance_use"),
        ("drug", "substance_use"),
        ("haven", "homelessness"),
        ("jail", "offending"),
        ("left", "offending"),
        ("mind", "mental_health"),
        ("shelter", "homelessness"),
        ("street", "homelessness"),
    ]
    assert hard_cases.ask(
        "select end_type from person_episodes where person_id = 'left'"
    ) == [("custody",)]


def test_an_ndtms_episode_and_the_services_own_referral_are_one_episode(hard_cases):
    assert hard_cases.ask(
        "select service_type, worker_id, referral_date, decision_type, wait_days "
        "from person_episodes where person_id = 'fay' order by referral_date"
    ) == [
        ("structured_treatment", "coach", DAY("2025-05-08"), "pending", None),
        ("drug_and_alcohol_support", "other", DAY("2025-09-01"), "accepted", 10),
    ]


def test_coverage_tells_late_refused_missing_and_unexpected_providers(hard_cases):
    rows = hard_cases.ask(
        "select provider, month_date, status_type, exports_expected_count, "
        "rows_received_count, freshness_days from coverage order by all"
    )

    first = {name: [r[1:] for r in rows if r[0] == name] for name, *_ in rows}
    assert first["a_service"] == [
        (DAY("2026-01-01"), "received", 1, 10, 0),
        (DAY("2026-02-01"), "missing", 1, 0, 0),
        (DAY("2026-03-01"), "received", 1, 10, 0),
    ]
    assert first["a_council"] == [
        (DAY("2026-02-01"), "not_landed", 1, 10, None),
        (DAY("2026-03-01"), "missing", 1, 0, None),
    ]
    # Missed since the first export of the place; 31 December to 31 March = 90 days.
    assert [row[1] for row in first["a_trust"]] == ["missing"] * 4
    assert first["a_stranger"][0] == (DAY("2025-12-01"), "received", 0, 10, 90)
    assert {row[1] for row in first["a_stranger"][1:]} == {"not_expected"}


def test_only_sectors_whose_exports_cover_the_year_have_figures(hard_cases):
    rows = hard_cases.ask(
        "select period_type, needs_combination from need_overlaps where area_code = "
        "'all' and lens_type = 'either' and status_type = 'published' order by all"
    )

    # The council's export was refused and the stranger's is 90 days old, over the 62
    # allowed; it still covers the year before.
    assert rows == [
        ("last_year", "substance_use"),
        ("year_before", "offending"),
        ("year_before", "substance_use"),
        ("year_before", "substance_use+offending"),
    ]


def test_nothing_dbt_leaves_behind_holds_the_key_and_no_vault_is_needed(hard_cases):
    place = hard_cases.place
    key = hard_cases.keys.for_facts("warehouse").hex().encode()
    left = [path for path in place.root.rglob("*") if path.is_file()]

    assert not place.vault.exists()
    assert not any(key in path.read_bytes() for path in left)
    assert not [p for p in left if p.name in {"run_results.json", "dbt.log"}]
    assert "DBT_ENV_SECRET_WAREHOUSE_KEY" not in os.environ
    with pytest.raises(duckdb.Error), duckdb.connect(str(place.warehouse)):
        pass


def test_a_record_without_a_person_stops_the_run_and_is_not_quoted(landing):
    landing.land("drugs/clients", "a_service", {"record_id": "nobody-knows"})

    with pytest.raises(PipelineError) as raised:
        build(landing)

    assert "not_null_int_person_records_person_id (1 failing rows)" in str(raised.value)
    assert "nobody-knows" not in str(raised.value)


def test_a_mart_can_leave_disputed_people_out(landing):
    land_four_people(landing)
    landing.link({}, disputed=["cal"])

    build(landing)

    assert landing.ask(
        "select people.person_id from people "
        "inner join intermediate.int_people_described as described "
        "on described.person_id = people.person_id "
        "where described.link_health_type <> 'disputed' order by all"
    ) == [("ann",), ("ben",), ("dee",)]


def test_a_person_whose_health_is_not_known_stops_the_build(landing):
    land_four_people(landing)
    path = landing.place.linked / "current" / "person_health.parquet"
    query = f"select * from read_parquet('{path}') where person_id <> 'ann'"
    duckdb.sql(f"create temp table fewer as {query}")
    duckdb.sql(f"copy fewer to '{path}' (format parquet)")
    duckdb.sql("drop table fewer")

    with pytest.raises(PipelineError) as raised:
        build(landing)

    assert "not_null_int_people_described_link_health_type" in str(raised.value)


def test_nothing_is_built_before_anything_is_linked(landing):
    (landing.place.linked / "current").unlink()

    with pytest.raises(PipelineError, match="run link"):
        build(landing)


def test_dbt_that_cannot_begin_says_why_and_gives_settings_back(landing, monkeypatch):
    monkeypatch.setenv("COMMONGROUND_SPILL", "as it was")

    with pytest.raises(PipelineError, match="before it built anything"):
        build(landing, selector="no_such_selector")

    assert os.environ["COMMONGROUND_SPILL"] == "as it was"


def read_seed(name: str) -> list[dict[str, str]]:
    path = PROJECT / "dbt_project" / "seeds" / f"{name}.csv"
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("path", sorted((PROJECT / "dbt_project/seeds").glob("*.csv")))
def test_no_seed_holds_a_null(path):
    for row in read_seed(path.stem):
        assert all(value for value in row.values()), row


def test_every_way_the_contracts_know_to_answer_or_end_has_a_common_word():
    lists = {
        "homelessness_application": ("homelessness", "cases", "duty_end_type"),
        "temporary_accommodation": ("homelessness", "placements", "end_type"),
        "structured_treatment": ("drugs", "episodes", "discharge_type"),
        "drug_and_alcohol_support": ("drugs", "referrals", "exit_type"),
        "probation": ("offending", "sentences", "termination_type"),
    }
    contracts = {(s, n): d for s, n, d in list_datasets()}
    ends = {
        (r["service_type"], r["recorded_type"]) for r in read_seed("episode_end_types")
    }
    decisions = {
        r["recorded_type"]
        for r in read_seed("decision_types")
        if r["service_type"] == "homelessness_application"
    }

    for service, (sector, dataset, column) in lists.items():
        for value in contracts[sector, dataset].columns[column].values:
            assert (service, value) in ends
    answers = contracts["homelessness", "cases"].columns["decision_type"].values
    assert decisions == set(answers)


def test_the_crosswalk_names_only_fields_and_values_that_contracts_have():
    contracts = {(s, n): d.columns for s, n, d in list_datasets()}

    for row in read_seed("need_evidence"):
        columns = contracts[row["sector"], row["dataset"]]
        if row["field"] not in {"any", "disability_answer"}:
            values = columns[row["field"]].values
            assert not values or row["code"] in values, row


def test_causes_are_read_from_fields_and_values_that_contracts_have():
    contracts = {(s, n): d.columns for s, n, d in list_datasets()}

    for row in read_seed("cause_evidence"):
        if row["dataset"] != "areas" and row["field"] != "any":
            column = contracts[row["sector"], row["dataset"]][row["field"]]
            assert not column.values or row["code"] in column.values, row


def test_a_panel_may_find_fault_with_every_system_the_contract_lists():
    (findings,) = [d for _, n, d in list_datasets() if n == "panel_findings"]

    systems = {row["system_type"] for row in read_seed("panel_systems")}
    assert systems == set(findings.columns["system_type"].values)


def test_staging_has_the_columns_of_the_contract_and_its_lists(hard_cases):
    for sector, name, dataset in list_datasets():
        model = f"stg_{sector}__{name}"
        folder = PROJECT / "dbt_project/models/staging" / sector
        text = (folder / f"_{sector}__models.yml").read_text()
        described = {m["name"]: m for m in yaml.safe_load(text)["models"]}[model]
        there = {row[0] for row in hard_cases.ask(f"describe staging.{model}")}

        assert there == {*dataset.columns, "provider", "_export_date", "_received_at"}
        assert described["description"] == dataset.grain
        tested = {
            column["name"]: tuple(test["accepted_values"]["arguments"]["values"])
            for column in described.get("columns", [])
            for test in column["data_tests"]
            if isinstance(test, dict) and "accepted_values" in test
        }
        listed = {n: c.values for n, c in dataset.columns.items() if c.values}
        assert tested == listed


def test_the_list_of_marts_is_the_folder_of_marts():
    folder = PROJECT / "dbt_project" / "models" / "marts"

    assert {path.stem for path in folder.rglob("*.sql")} == set(MARTS)


@pytest.fixture(scope="module")
def hard_edges(hard_cases) -> duckdb.DuckDBPyConnection:
    return build_overlaps(hard_cases.place)


@pytest.mark.parametrize(("condition", "printed"), MARGINS.items(), ids=str)
def test_overlaps_of_hard_edges_add_up_to_each_printed_margin(
    hard_edges, condition, printed
):
    ((people,),) = hard_edges.execute(
        "select sum(people_count) from need_overlaps where area_code = 'all' and "
        f"lens_type = 'recorded' and {condition}"
    ).fetchall()

    assert abs(people - printed) <= 1


def test_each_cell_of_hard_edges_is_one_row_of_the_overlaps(hard_edges):
    found = hard_edges.execute(
        "select has_mental_health::int, has_homelessness::int, has_offending::int, "
        "people_count from need_overlaps where area_code = 'all' and not "
        "has_substance_use and lens_type = 'recorded'"
    ).fetchall()

    assert {row[:3]: row[3] for row in found} == {
        has: people for has, people in CELLS.items() if any(has)
    }
