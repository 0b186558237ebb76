"""HMIS layouts have exactly the headings of the standard, file by file."""

from __future__ import annotations

import csv
from collections import defaultdict

import pytest

from flows.layouts import load_layout


def folded(headings) -> list[str]:
    """Headings as they are compared: the standard's own table has spaces and cases."""
    return sorted(heading.strip().casefold() for heading in headings)


def file_names(layout: str) -> dict[str, list[str]]:
    """File name -> headings, for every file the layout reads."""
    files = load_layout(layout).files.values()
    return {file.match[0]: folded(file.headers) for file in files}


def test_the_headings_of_2026_are_those_of_the_standard(samples):
    standard = defaultdict(list)
    with (samples / "hmis" / "eva" / "columns.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            standard[f"{row['File'].lower()}.csv"].append(row["Column"])
    ours = file_names("hmis_fy2026")

    assert ours == {name: folded(standard[name]) for name in ours}
    assert set(standard) == set(ours) | set(load_layout("hmis_fy2026").not_taken)


def test_the_headings_of_2024_are_those_of_a_real_set(samples):
    found = {}
    for path in (samples / "hmis" / "greenriver_fy2024").glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            found[path.name.lower()] = folded(next(csv.reader(file)))
    ours = file_names("hmis_fy2024")

    assert ours == {name: found[name] for name in ours}
    assert set(found) == set(ours) | set(load_layout("hmis_fy2024").not_taken)


@pytest.mark.parametrize("layout", ["hmis_fy2024", "hmis_fy2026"])
def test_free_texts_and_contact_details_are_never_read(layout):
    files = load_layout(layout).files
    private = {
        "client": {"AdditionalRaceEthnicity"},
        "export": {"SourceContactFirst", "SourceContactEmail", "SourceContactPhone"},
        "current_living_situation": {"LocationDetails"},
        "income_benefits": {"OtherIncomeSourceIdentify", "TotalMonthlyIncome"},
        "event": {"LocationCrisisOrPHHousing"},
        "organization": {"OrganizationName", "OrganizationCommonName"},
    }

    for kind, headings in private.items():
        assert headings <= set(files[kind].ignored)


def test_of_addresses_and_sources_of_income_only_a_yes_is_read():
    files = load_layout("hmis_fy2026").files

    assert files["project_coc"].checked["has_address"] == "flag"
    earned = files["income_benefits"].columns["Earned"][0]
    assert (earned.to, earned.checked) == ("has_income_source", "flag")
    assert files["income_benefits"].columns["VADisabilityService"][0].to == earned.to
