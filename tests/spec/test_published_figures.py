"""Published tables against our seeds: costs as printed, and reasons that sum.

Crisis, Better than Cure (2016): the public cost of 86 single homeless people over 90
days. NDTMS 2007-08: discharges from drug treatment by reason (Hansard, 15 January 2009).
"""

from __future__ import annotations

import csv
from collections import Counter

from flows.layouts import shared_values
from flows.paths import PROJECT

CRISIS_POUNDS = {
    "Drug/alcohol services": 28_396,
    "Mental health": 45_140,
    "NHS": 92_415,
    "Criminal justice": 257_818,
    "Homelessness services": 318_372,
}
CRISIS_PEOPLE = 86

# By the code that a return has for each reason.
NDTMS_DISCHARGES = {
    "1": 7_324,
    "2": 17_306,
    "3": 2_078,
    "4": 367,
    "5": 10_811,
    "6": 19_591,
    "7": 1_605,
    "8": 4_240,
    "9": 784,
    "10": 2_817,
    "11": 520,
    "12": 2_169,
}


def read_seed(name: str) -> list[dict[str, str]]:
    path = PROJECT / "dbt_project" / "seeds" / f"{name}.csv"
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def read_costs() -> dict[str, dict[str, str]]:
    return {row["cost_item"]: row for row in read_seed("unit_costs")}


def test_every_published_cost_stands_in_the_seed_once_with_its_status(samples):
    words = {"verified": "verified"}
    with (samples / "published_tables" / "unit_costs.csv").open(newline="") as file:
        published = Counter(
            (int(row["gbp"]) * 100, row["unit"], words.get(row["status"], "assumed"))
            for row in csv.DictReader(file)
        )

    ours = Counter(
        (int(row["pence"]), row["unit"], row["cost_status_type"])
        for row in read_costs().values()
        if row["cost_status_type"] != "not_found"
        # worked out below, printed nowhere
        and row["cost_item"] not in ("prison_day", "rough_sleeping_day")
    )

    assert ours == published


def test_a_day_costs_a_year_shared_by_365_and_is_called_assumed():
    costs = read_costs()

    for day, year in (
        ("prison_day", "prison_place_year"),
        ("rough_sleeping_day", "rough_sleeping_year"),
    ):
        assert int(costs[day]["pence"]) == round(int(costs[year]["pence"]) / 365)
        assert costs[day]["cost_status_type"] == "assumed"


def test_five_services_of_90_days_make_the_year_of_a_single_homeless_person():
    assert sum(CRISIS_POUNDS.values()) == 742_141
    year = round(4 * 742_141 / CRISIS_PEOPLE)

    assert int(read_costs()["single_homelessness_year"]["pence"]) == year * 100


def test_the_five_services_are_those_of_the_published_table(samples):
    path = samples / "published_tables" / "crisis_better_than_cure_2016_90day_costs.csv"
    with path.open(newline="") as file:
        rows = {row["service"]: int(row["total_gbp"]) for row in csv.DictReader(file)}

    assert rows.pop("Total") == sum(CRISIS_POUNDS.values())
    assert rows == CRISIS_POUNDS


def test_twelve_reasons_of_discharge_keep_their_sums_in_common_words():
    recorded = shared_values()["ndtms_discharge"]
    ends = {
        row["recorded_type"]: row
        for row in read_seed("episode_end_types")
        if row["service_type"] == "structured_treatment"
    }
    by_end, by_reason = Counter(), Counter()
    for code, count in NDTMS_DISCHARGES.items():
        end = ends[recorded[code]]
        by_end[end["end_type"]] += count
        by_reason[end["end_reason_type"]] += count

    assert by_end.total() == 69_612
    # printed as successful: treatment completed, drug free or not, and referred on
    assert by_end["planned"] + by_end["referred_on"] == 35_441
    assert by_reason["non_attendance"] == 19_591


def test_the_discharges_are_those_of_the_published_table(samples):
    path = samples / "published_tables" / "ndtms_discharges_2007_08.csv"
    with path.open(newline="") as file:
        printed = [int(row["n"]) for row in csv.DictReader(file)]

    # the last row counts discharges without a reason
    assert sorted(printed[:-1]) == sorted(NDTMS_DISCHARGES.values())


def test_every_pair_of_kind_and_cost_names_a_cost_of_the_seed():
    named = {row["cost_item"] for row in read_seed("demand_costs")}
    named |= {row["cost_item"] for row in read_seed("touchpoint_types")}

    assert named <= set(read_costs())
