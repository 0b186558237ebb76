"""Headings of layouts: those seen in real headers and schemas, and the page of layouts."""

from __future__ import annotations

import csv
import re

import pytest

from flows.layouts import LAYOUTS, list_layouts, load_layout

SCHEMAS = {
    "mhsds_v5": ("mhsds_v5_fields.csv", "mhs"),
    "mhsds_v6": ("mhsds_v6_fields.csv", "mhs"),
    "iapt_v2_1": ("iapt_v2_1_fields.csv", "ids"),
}


@pytest.mark.parametrize("layout", SCHEMAS)
def test_headings_of_a_national_data_set_are_those_of_its_schema(layout, samples):
    schema: dict[str, set[str]] = {}
    with (samples / "schemas" / SCHEMAS[layout][0]).open(newline="") as lines:
        for row in csv.DictReader(lines):
            table = schema.setdefault(row["table"].casefold(), set())
            table.add(row["field"].casefold())

    for file in load_layout(layout).files.values():
        table = file.match[0].strip("*").removesuffix("*.csv")
        assert {name.casefold() for name in file.headers} == schema[table], table


HEADERS = {
    "crs_refer_and_monitor": ("referrals", "crs_service_provider_report_header.csv"),
    "ndtms_cds_h": ("core_data_set", "ndtms_header_CDS-H.csv"),
    "ndtms_cds_k": ("core_data_set", "ndtms_header_CDS-K.csv"),
    "drug_service_client_export": (
        "clients",
        "ndtms_provider_performance_export_header.csv",
    ),
}


@pytest.mark.parametrize("layout", HEADERS)
def test_verified_headings_are_those_of_the_sample_header(layout, samples):
    kind, name = HEADERS[layout]
    with (samples / "uk_headers" / name).open(newline="", encoding="utf-8-sig") as file:
        header = next(csv.reader(file))

    wanted = {heading.strip() for heading in header if heading.strip()}
    assert set(load_layout(layout).files[kind].headers) == wanted


def test_the_page_of_layouts_lists_every_layout_as_it_is():
    page = (LAYOUTS / "README.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (\w+) \| (.*?) \|", page, re.MULTILINE)

    told = {name: (sector, status, since) for name, sector, status, since in rows}
    assert len(rows) == len(told)
    assert told == {
        name: (one.sector, one.status, one.since.isoformat() if one.since else "")
        for name, one in ((name, load_layout(name)) for name in list_layouts())
    }


@pytest.mark.parametrize("layout", list_layouts())
def test_every_layout_says_where_its_headings_were_seen(layout):
    one = load_layout(layout)

    assert one.source
    assert one.status == "verified" or "ssumed" in one.source or "own" in one.source
