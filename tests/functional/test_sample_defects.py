"""Public exports with defects, sent as a provider would: nothing lost, each fault told.

What is expected was counted by hand in the files: three clients have a comma in an
unquoted name, one event lacks a field, the exits have a column too many.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from flows.landing.results import ExportResult
from tests.conftest import Road, make_provider
from tests.unit.test_ingest import receipt

DEFECTS = "hmis/defects/fy2026_loader_errors"
MARKS = "hmis/defects/fy2026_bom_test"


def send(road: Road, folder: Path, layout: str) -> dict[str, ExportResult]:
    """Send every table of a folder as one delivery; give what became of each."""
    road.providers["shelter"] = make_provider("shelter", "homelessness", layout)
    for path in folder.glob("*.csv"):
        road.drop("shelter", path.name, path.read_bytes())
    return {result.file_name: result for result in road.run()}


def versions(road: Road) -> dict[str, tuple[str, str]]:
    with road.vault() as vault:
        rows = vault.execute(
            "select file_name, layout, told_by from vault.exports "
            "where layout is not null"
        ).fetchall()
    return {name: told for name, *told in rows}


def count_rows(path: Path) -> int:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return sum(1 for _ in csv.reader(file)) - 1


@pytest.mark.parametrize("layout", ["hmis_fy2024", "hmis_fy2026"])
@pytest.mark.parametrize("name", [DEFECTS, MARKS])
def test_no_row_is_lost_and_each_that_stays_out_has_a_reason(
    road, samples, name, layout
):
    results = send(road, samples / name, layout)

    for file_name, result in results.items():
        if result.state == "landed":
            assert result.rows_in == count_rows(samples / name / file_name)
        assert result.rows_in == result.landed + result.quarantined + result.unchanged
    left_out = [row for row in receipt(road) if row["what happened"] == "left out"]
    assert len(left_out) == sum(result.quarantined for result in results.values())
    assert all(row["line"] and row["rule"] and row["what to do"] for row in left_out)


@pytest.mark.parametrize("layout", ["hmis_fy2024", "hmis_fy2026"])
def test_the_faults_of_a_broken_delivery_are_those_counted_by_hand(
    road, samples, layout
):
    results = send(road, samples / DEFECTS, layout)

    counts = {
        name: (result.state, result.rows_in, result.landed, dict(result.rules))
        for name, result in results.items()
    }
    assert counts == {
        "Client.csv": ("landed", 134, 131, {"field_count": 3}),
        "Event.csv": ("landed", 2, 1, {"field_count": 1}),
        "Exit.csv": ("refused", 0, 0, {"wrong_header": 1}),
        "Export.csv": ("landed", 1, 1, {}),
        "Project.csv": ("landed", 1, 1, {}),
    }
    assert "not expected 'ExtraColumn'" in results["Exit.csv"].words
    left_out = [row["line"] for row in receipt(road) if row["rule"] == "field_count"]
    assert sorted(left_out, key=int) == ["3", "7", "34", "61"]
    told = results["Client.csv"].remarks
    # 888888 stands in for a number 24 times; three numbers cannot be one.
    assert (told["placeholder"], told["identifier_check"]) == (24, 3)


def test_odd_dates_and_quotes_come_through_as_they_were_meant(road, samples):
    send(road, samples / DEFECTS, "hmis_fy2026")

    with road.vault() as vault:
        found = dict(
            vault.execute(
                "select surname, birth_date::varchar from vault.identities"
            ).fetchall()
        )
        numbers = vault.execute(
            "select social_security_number from vault.identities"
        ).fetchall()
    # 17-JUN-20: a child born 2020, not a man of 1920.
    assert found["Last6"] == "2020-06-17"
    assert '"Last2 "BAD DATA""' in found
    assert 'Last3"' in found
    assert ("888888",) not in numbers


@pytest.mark.parametrize("layout", ["hmis_fy2024", "hmis_fy2026"])
def test_a_file_whose_headings_changed_is_told_as_the_version_of_2026(
    road, samples, layout
):
    send(road, samples / MARKS, layout)

    told = versions(road)
    by_headings = ["hmis_fy2026", "told by its headings, of 3 versions"]
    assert told["Client.csv"] == by_headings
    assert told["Enrollment.csv"] == by_headings
    # Where both versions have the same headings, what the provider declares decides.
    assert told["Services.csv"][0] == layout


def test_tables_with_a_byte_order_mark_or_without_a_row_land(road, samples):
    results = send(road, samples / MARKS, "hmis_fy2026")

    assert {result.state for result in results.values()} == {"landed"}
    rows = {n.removesuffix(".csv"): r.landed for n, r in results.items() if r.landed}
    assert rows == {
        "Client": 3, "CurrentLivingSituation": 3, "Enrollment": 4, "Event": 2,
        "Exit": 1, "Export": 1, "Funder": 1, "HMISParticipation": 1,
        "Organization": 1, "Project": 1, "ProjectCoC": 1, "Services": 18,
    }  # fmt: skip
    assert "byte-order mark" in results["Funder.csv"].read_as
    assert results["Inventory.csv"].rows_in == 0
    rules = Counter(row["rule"] for row in receipt(road))
    assert rules["not_taken"] == 7


@pytest.mark.parametrize(
    "name", ["UTF-8", "UTF-8-bom", "UTF-16LE", "Windows-1252", "macRoman"]
)
def test_headings_of_an_older_standard_are_refused_and_the_differences_listed(
    road, samples, name
):
    encoding = "mac_roman" if name == "macRoman" else None
    road.providers["shelter"] = make_provider(
        "shelter", "homelessness", "hmis_fy2026", encoding=encoding
    )
    content = (samples / "encodings" / f"{name}.csv").read_bytes()
    road.drop("shelter", "Client.csv", content)

    (result,) = road.run()

    assert (result.state, dict(result.rules)) == ("refused", {"wrong_header": 1})
    assert "missing 'HispanicLatin" in result.words or "'Sex'" in result.words
    # Where so much differs, strange words may be a row: they are counted, not named.
    assert "not expected 3 (not repeated" in result.words
    assert "NativeHIOtherPacific" not in result.words
    assert road.landed("homelessness", "clients") == []
