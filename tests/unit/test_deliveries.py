"""A delivery: what came together is looked at together, and told file by file."""

from __future__ import annotations

import io
import json
import zipfile

import xlsxwriter

from flows.layouts import load_layout
from tests.conftest import make_provider
from tests.unit.test_ingest import COUNCIL, placements, stay

CASES = load_layout("homelessness_cases").files["cases"].headers


def case(number: int) -> dict[str, str]:
    return {
        "Case Reference": f"C{number}", "Applicant ID": f"A{number}",
        "Household ID": f"H{number}", "Forename": "Fernella", "Surname": "Ottershaw",
        "Date of Birth": "04/03/1985", "Case Worker": "W1",
        "Application Date": "01/01/2026", "Accommodation at Application": "Other",
    }  # fmt: skip


def write_csv(headings: list[str], *rows: dict[str, str]) -> str:
    lines = [",".join(headings)]
    lines += [",".join(row.get(heading, "") for heading in headings) for row in rows]
    return "\n".join(lines) + "\n"


def read_receipt(road, kind: str) -> dict:
    (path,) = (road.place.outbox).glob(f"*/*_{kind}_*.json")
    return json.loads(path.read_text())


def rules_of(receipt: dict) -> set[str]:
    return {problem["rule"] for problem in receipt["problems"]}


def test_files_of_one_day_are_looked_at_together(road):
    name, content = placements(stay(1), stay(2))
    road.drop(COUNCIL, name, content)
    road.drop(
        COUNCIL,
        "fernshire_council_cases_2026-06-30.csv",
        write_csv(CASES, case(1)),
    )

    assert {r.state for r in road.run()} == {"landed"}

    receipt = read_receipt(road, "placements")
    assert "placement_without_case" in rules_of(receipt)
    found = [f for f in receipt["faults"] if f["rule"] == "placement_without_case"]
    assert [(f["line"], f["row"], f["column"]) for f in found] == [
        (3, "P2", "Case Reference")
    ]


def test_a_rule_that_needs_a_file_which_did_not_come_is_told_as_not_asked(road):
    road.drop(COUNCIL, *placements(stay(1)))

    road.run()

    receipt = read_receipt(road, "placements")
    told = {entry["rule"]: entry["why"] for entry in receipt["not_asked"]}
    assert told["placement_without_case"] == (
        "file cases did not come with this delivery"
    )
    assert "placement_without_case" not in rules_of(receipt)


def test_a_full_delivery_that_lacks_files_is_told_which(road):
    provider = make_provider("harbour_shelters", "homelessness", "hmis_fy2024")
    road.providers["harbour_shelters"] = provider
    headings = load_layout("hmis_fy2024").files["exit"].headers
    row = {"ExitID": "X1", "EnrollmentID": "E1", "PersonalID": "P1"}
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(
            "Exit.csv", write_csv(headings, row | {"ExitDate": "2026-01-05"})
        )
    road.drop("harbour_shelters", "hmis_2026-06-30.zip", data.getvalue())

    (result,) = road.run()

    assert result.state == "landed"
    (told,) = [
        f for f in read_receipt(road, "exit")["faults"] if f["rule"] == "files_missing"
    ]
    assert told["detail"] == "missing client, enrollment, project, export"


def test_sheets_of_one_workbook_are_exports_of_their_own(road):
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        for name, rows in {
            "Read me": [["Prepared for nobody"]],
            "x_cases_x": [CASES, [case(1).get(h, "") for h in CASES]],
            "x_support_needs_x": [
                ["Case Reference", "Applicant ID", "Support Need", "Date Recorded"],
                ["C1", "A1", "Debt", "01/01/2026"],
            ],
        }.items():
            sheet = book.add_worksheet(name)
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)
    road.drop(COUNCIL, "monthly return 2026-06-30.xlsx", data.getvalue())

    results = road.run()

    assert [(r.state, r.landed) for r in results] == [("landed", 1), ("landed", 1)]
    assert {r.read_as for r in results} == {
        "workbook, sheet 'x_cases_x'", "workbook, sheet 'x_support_needs_x'"
    }  # fmt: skip


def test_a_correction_of_the_same_day_takes_back_what_it_lacks(road):
    road.drop(COUNCIL, *placements(stay(1), stay(2)))
    road.run()
    road.drop(COUNCIL, *placements(stay(1, "05/02/2026")))

    (result,) = road.run()

    assert (result.landed, result.withdrawn) == (1, 1)


def test_the_same_content_of_a_later_day_is_seen_without_being_read(road):
    road.drop(COUNCIL, *placements(stay(1), stay(2, "never")))
    road.run()
    road.drop(COUNCIL, *placements(stay(1), stay(2, "never"), day="2026-07-31"))

    (result,) = road.run()

    assert (result.rows_in, result.unchanged, result.quarantined) == (2, 1, 1)
    assert len(list(road.place.received.glob("*/*.sealed"))) == 1
    with road.vault() as vault:
        days = vault.execute(
            "select export_date::varchar from vault.exports where state = 'landed' "
            "order by 1"
        ).fetchall()
    assert days == [("2026-06-30",), ("2026-07-31",)]
