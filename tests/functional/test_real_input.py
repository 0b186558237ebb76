"""Real layouts with public test data: HUD HMIS CSV and prison tables."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path

import duckdb
import pytest

from flows.duck import attach_encrypted, connect
from flows.keys import load_keys
from flows.layouts import load_layout
from flows.paths import Place
from flows.vault import open_vault
from tests.conftest import make_provider
from tests.functional.conftest import new_place, read_events, run_command

PROVIDER = """# A provider of public test data.
provider: {name}
name: {name}
sector: {sector}
layouts: [{layout}]
agreement: {{id: DSA-T, starts: 2020-01-01, ends: 2099-01-01, recipients: []}}
cadence: monthly
exports: full
# Most rows of one public prison table have no day: they are to be told, not held.
hold_over_quarantined: 1.0
"""

SETS = {
    "greenriver": ("hmis_fy2024", "hmis/greenriver_fy2024"),
    "seed_prison": ("nomis_extract", "nomis_seed"),
}
"""Provider -> the layout it sends, and the folder of the public set."""


@pytest.fixture(scope="module")
def real(samples, tmp_path_factory) -> Place:
    base = tmp_path_factory.mktemp("real")
    place = new_place(base / "data")
    for name, (layout, folder) in SETS.items():
        sector = load_layout(layout).sector
        path = base / "providers" / sector / f"{name}.yml"
        path.parent.mkdir(parents=True)
        path.write_text(PROVIDER.format(name=name, sector=sector, layout=layout))
        shutil.copytree(samples / folder, place.landing / name)
    providers = str(base / "providers")
    run_command("run", "--data", place.root, COMMONGROUND_PROVIDERS=providers)
    return place


def query(place: Place, sql: str) -> list[tuple]:
    with connect() as connection:
        key = load_keys(place).for_facts("warehouse")
        attach_encrypted(connection, place.warehouse, "warehouse", key, read_only=True)
        connection.execute("use warehouse")
        return connection.execute(sql).fetchall()


def landed(place: Place, sector: str, dataset: str) -> int:
    path = place.landed / sector / dataset / "*.parquet"
    return duckdb.sql(f"select count(*) from '{path}'").fetchone()[0]


@pytest.mark.parametrize(
    ("dataset", "rows"),
    [
        ("clients", 514),
        ("enrolments", 574),
        ("exits", 447),
        ("disabilities", 6942),
        ("services", 6385),
    ],
)
def test_every_row_of_the_hmis_set_lands(real, dataset, rows):
    assert landed(real, "homelessness", dataset) == rows


def test_nothing_is_lost_and_every_quarantined_row_has_a_reason(real):
    exports = [e for e in read_events(real) if e["event"] == "export.landed"]
    reasons = []
    for path in real.outbox.glob("*/*.csv"):
        with path.open(newline="", encoding="utf-8-sig") as file:
            reasons += [
                r for r in csv.DictReader(file) if r["what happened"] == "left out"
            ]

    for export in exports:
        assert export["rows_in"] == export["landed"] + export["quarantined"]
    assert (
        sum(e["quarantined"] for e in exports)
        == len({(r["line"], r["column"], r["rule"]) for r in reasons})
        == 69
    )
    # Cells that read "sysdate" are what the seed's SQL had in place of a day.
    assert {r["rule"] for r in reasons} == {"not_a_date"}


def test_tables_that_nothing_is_taken_from_are_refused_at_the_door(real, samples):
    refused = [e for e in read_events(real) if e["event"] == "export.refused"]

    assert {e["rule"] for e in refused} == {"not_taken"}
    expected = sum(
        fnmatch(path.name.lower(), pattern)
        for layout, folder in SETS.values()
        for path in (samples / folder).iterdir()
        for pattern in load_layout(layout).not_taken
    )
    assert expected
    assert len(refused) == expected


def test_the_check_catalogue_finds_what_is_odd_in_the_hmis_set(real):
    remarks: Counter[str] = Counter()
    for path in real.outbox.glob("greenriver/*.csv"):
        with path.open(newline="", encoding="utf-8-sig") as file:
            remarks.update(row["rule"] for row in csv.DictReader(file))

    # None of these depends on the day of the export.
    expected = {
        "hmis_bed_night_on_exit": 81,
        "hmis_entry_without_bed_night": 78,
        "hmis_social_security_number_unknown": 59,
        "hmis_income_contradicted_at_entry": 23,
        "hmis_rehousing_subtype_missing": 3,
        "hmis_household_with_two_heads": 2,
        "hmis_household_without_head": 1,
        "hmis_move_in_outside_stay": 1,
        "hmis_hash_status_contradicts_names": 1,
    }
    assert {rule: remarks[rule] for rule in expected} == expected
    assert not {"hmis_enrolment_without_client", "hmis_enrolment_twice"} & set(remarks)


def test_a_set_of_2026_lands_with_its_one_sex_column(samples, road):
    road.providers["bay"] = make_provider("bay", "homelessness", "hmis_fy2026")
    for path in (samples / "hmis/defects/fy2026_bom_test").glob("*.csv"):
        # The set answers the one new question about a client nowhere.
        answered = path.read_bytes().replace(b"1982-10-17,99,,", b"1982-10-17,99,0,")
        road.drop("bay", path.name, answered)

    results = {r.file_name.lower(): r for r in road.run()}

    assert all(result.state == "landed" for result in results.values())
    assert results["client.csv"].landed == 3
    assert results["enrollment.csv"].landed == 4
    assert results["enrollment.csv"].remarks["hmis_household_missing"] == 4
    sexes = [row[0] for row in road.landed("homelessness", "clients", "sex_type")]
    assert sexes == ["female", None, None]


def test_the_eight_cells_of_the_cross_table_come_out_exactly(real, samples):
    with (samples / "hmis" / "expected_cross_tab.csv").open(newline="") as file:
        expected = next(csv.DictReader(file))
    (found,) = query(
        real,
        """
        with flags as (
            select
                records.record_id,
                coalesce(bool_or(need_type = 'mental_health'), false) as mh,
                coalesce(bool_or(need_type = 'substance_use'), false) as su,
                coalesce(bool_or(need_type = 'offending'), false) as jail
            from intermediate.int_person_records as records
            left join intermediate.int_needs_recorded as needs using (record_id)
            where records.provider = 'greenriver'
            group by all
        )
        select
            count(*),
            count(*) filter (mh), count(*) filter (su), count(*) filter (mh and su),
            count(*) filter (jail), count(*) filter (mh and su and jail),
            count(*) filter (not mh and not su and not jail),
            count(*) filter (jail and not mh and not su),
            count(*) filter (su and not mh and not jail),
            count(*) filter (su and jail and not mh),
            count(*) filter (mh and not su and not jail),
            count(*) filter (mh and jail and not su),
            count(*) filter (mh and su and not jail)
        from flags
        """,
    )

    names = (
        "clients", "mental_health", "substance_use", "mh_and_su",
        "jail_prior_or_exit", "all_three", "none", "only_jail", "only_su", "su_jail",
        "only_mh", "mh_jail", "only_mh_su",
    )  # fmt: skip
    assert dict(zip(names, found, strict=True)) == {n: int(expected[n]) for n in names}


def links(place: Place) -> dict[str, str]:
    path = place.linked / "current" / "person_links.parquet"
    return dict(duckdb.sql(f"select record_id, person_id from '{path}'").fetchall())


def test_seven_clients_who_share_one_number_stay_seven_people(real):
    person_of = links(real)
    with open_vault(real, load_keys(real), read_only=True) as vault:
        (shared,) = vault.execute(
            """
            select list(record_id::varchar) from vault.identities
            where social_security_number is not null
            group by social_security_number having count(*) = 7
            """
        ).fetchall()

    assert len({person_of[record] for record in shared[0]}) == 7


def test_people_differ_from_clients_only_by_links_that_are_named(real):
    person_of = links(real)
    groups: dict[str, list[str]] = {}
    with open_vault(real, load_keys(real), read_only=True) as vault:
        rows = vault.execute(
            "select source_key, id::varchar, provider from vault.keys "
            "where kind = 'record'"
        ).fetchall()
    for source_key, record, provider in rows:
        groups.setdefault(person_of[record], []).append(f"{provider} {source_key}")
    joined = sorted(sorted(group) for group in groups.values() if len(group) > 1)

    assert joined == NAMED_LINKS
    (people,) = query(real, "select count(*) from main.people")
    assert people[0] == len(groups)


# Nothing else in the two sets is one person.
NAMED_LINKS = [
    # Four names and one birth date under one prison number, four root records.
    [f"seed_prison {key}" for key in (-1092, -1093, -1094, -1095)],
]


def test_prison_aliases_are_names_of_one_person_record(real):
    with open_vault(real, load_keys(real), read_only=True) as vault:
        (found,) = vault.execute(
            """
            select count(*), count(distinct record_id) from vault.identities
            where provider = 'seed_prison' and noms_number is not null
            """
        ).fetchall()

    assert found == (85, 74)


def test_the_sample_is_not_copied_into_the_project():
    names = {path.name for path in Path(__file__).parents[1].rglob("*.csv")}

    assert not {"Client.csv", "Enrollment.csv", "OFFENDERS.csv"} & names
