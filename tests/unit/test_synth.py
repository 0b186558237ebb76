"""The invented place: repeatable, shaped like real exports, true to its plan."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pytest
import python_calamine
import yaml

from flows.checking import CheckedFile, check_file
from flows.errors import MappingError, SettingsError
from flows.paths import PROJECT
from flows.synth import PlaceSummary, make_place, write
from flows.synth.headers import read_header
from flows.synth.lives import list_combinations, make_people
from flows.synth.names import read_names
from flows.synth.numbers import PNC_LETTERS
from tests.conftest import SAMPLES

PEOPLE = 300
TODAY = date(2026, 6, 30)
HARD_EDGES = {1: 77, 2: 190, 4: 97, 3: 31, 5: 34, 6: 99, 7: 58}
KEYS = {
    "fernshire_council_cases": "Applicant ID",
    "lantern_outreach_contacts": "Client ID",
    "millbrook_recovery_clients": "Client ID",
    "tern_alcohol_service_cds-h": "CLIENTID",
    "fernshire_probation_offender_2": "OFFENDER_ID",
    "hmp_larkmoor_offenders": "ROOT_OFFENDER_ID",
    "stepping_stones_refer_and_monitor": "service_user_crn",
    "fernshire_mental_health_mhs001mpi": "LocalPatientID",
}

Made = tuple[Path, PlaceSummary]
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    out = tmp_path_factory.mktemp("fernshire")
    return out, make_place(PEOPLE, 7, out)


@pytest.fixture(scope="module")
def checked(made: Made) -> dict[str, CheckedFile]:
    paths = sorted(made[0].glob("landing/*/*"))
    found = [check_file(path, path.parent.name).files for path in paths]
    return {file.name: file for (file,) in found}


def read_rows(out: Path, start: str) -> Rows:
    path = next(out.glob(f"landing/*/{start}*"))
    if path.suffix == ".xlsx":
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        rows = book.get_sheet_by_name("Contacts").to_python(skip_empty_area=False)
        return [dict(zip(rows[2], row, strict=True)) for row in rows[3:]]
    encoding = "cp1252" if start.startswith("millbrook_recovery_cl") else "utf-8-sig"
    text = io.StringIO(path.read_bytes().decode(encoding), newline="")
    return list(csv.DictReader(text))


def ask(out: Path, query: str) -> list[tuple]:
    """Run a query in which ``@name`` stands for a truth file."""
    named = re.sub(r"@(\w+)", lambda m: f"'{out}/truth/{m[1]}.parquet'", query)
    with duckdb.connect() as connection:
        return connection.execute(named).fetchall()


def digest(out: Path) -> dict[str, str]:
    return {
        str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes(made: Made, tmp_path: Path) -> None:
    again = make_place(PEOPLE, 7, tmp_path)

    assert again == made[1]
    assert digest(tmp_path) == digest(made[0])


def test_another_seed_gives_another_place(made: Made, tmp_path: Path) -> None:
    make_place(PEOPLE, 8, tmp_path)

    first, second = digest(made[0]), digest(tmp_path)
    same = {name for name in first if first[name] == second.get(name)}

    assert first.keys() == second.keys()
    assert same == set()


def test_every_provider_sends_every_file_of_its_layouts(
    made: Made, checked: dict[str, CheckedFile]
) -> None:
    sent = {(name.split("_2026")[0], file.layout) for name, file in checked.items()}

    assert set(made[1].files) == set(checked)
    assert len(sent) == len(checked) == 31
    assert all(file.rows == made[1].files[name] for name, file in checked.items())
    assert all(
        name.endswith(("_2026-06-30.csv", "_2026-06-30.xlsx")) for name in checked
    )


def test_few_rows_are_broken_and_every_code_is_one_the_layouts_know(
    checked: dict[str, CheckedFile],
) -> None:
    rows = sum(file.rows for file in checked.values())
    broken = sum(file.quarantined for file in checked.values())
    counts = [count for file in checked.values() for count in file.counts]
    lost = {count.rule for count in counts if count.severity == "quarantine"}

    assert 0.0005 < broken / rows < 0.006
    assert lost == {"not_a_date", "required_missing"}
    assert "unknown_code" not in {count.rule for count in counts}


@pytest.mark.parametrize(
    ("name", "provider"),
    [
        ("ndtms_header_CDS-H.csv", "tern_alcohol_service_cds-h"),
        ("ndtms_header_CDS-K.csv", "millbrook_recovery_cds-k"),
        ("ndtms_provider_performance_export_header.csv", "millbrook_recovery_clients"),
        ("ndtms_provider_appointments_export_header.csv", "millbrook_recovery_app"),
        ("crs_service_provider_report_header.csv", "stepping_stones_refer"),
    ],
)
def test_headers_are_the_real_systems_own(made: Made, name: str, provider: str) -> None:
    if not (SAMPLES / "uk_headers" / name).exists():
        pytest.skip("the samples are not beside the checkout")
    with (SAMPLES / "uk_headers" / name).open(newline="") as file:
        real = next(csv.reader(file))

    assert list(read_rows(made[0], provider)[0]) == real


def test_headers_hold_exactly_what_each_layout_maps_or_ignores() -> None:
    folder = PROJECT / "flows" / "providers" / "_layouts"
    layout = yaml.safe_load((folder / "mhsds_v6.yml").read_text())
    for kind, file in layout["files"].items():
        listed = [*file["columns"], *file.get("ignored", [])]

        assert read_header("mhsds_v6", kind) == tuple(listed)
    assert len(read_header("ndtms_cds_h", "core_data_set")) == 112
    assert len(read_header("ndtms_cds_k", "core_data_set")) == 144
    assert "SOFT_DELETED" in read_header("ndelius_extract", "alias")


def test_a_column_the_layout_does_not_have_is_refused(tmp_path: Path) -> None:
    export = write.Export(
        "fernshire_council", "homelessness_cases", "cases", "cases",
        {"Shoe Size": "9"}, "range(1)", "1",
    )  # fmt: skip
    with duckdb.connect() as connection, pytest.raises(MappingError, match="Shoe Size"):
        write.write_export(connection, export, tmp_path, TODAY)


def test_a_sheet_that_would_be_too_long_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write, "SHEET_ROWS", 10)
    export = write.Export(
        "lantern_outreach", "outreach_contacts", "contacts", "contacts", {},
        "range(50)", "1",
    )  # fmt: skip
    with duckdb.connect() as connection, pytest.raises(MappingError, match="sheet"):
        write.write_export(connection, export, tmp_path, TODAY)


def test_a_place_of_a_handful_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="50 people"):
        make_place(49, 1, tmp_path)


def test_sectors_overlap_as_in_hard_edges_with_mental_health_on_top() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    people = make_people(5_000, read_names(), rng, TODAY)
    bits = people["combination"]
    three = bits & 7
    share = {
        key: np.mean(three[three > 0] == key) - weight / 586
        for key, weight in HARD_EDGES.items()
    }
    sectors = np.bitwise_count(three)
    mental = [np.mean((bits & 8 > 0)[sectors == number]) for number in (1, 2, 3)]

    assert max(abs(gap) for gap in share.values()) < 0.005
    assert abs(np.mean(bits == 8) - 0.15) < 0.001
    assert mental == pytest.approx([0.35, 0.55, 0.75], abs=0.01)
    assert sum(list_combinations().values()) == pytest.approx(1)
    assert len(list_combinations()) == 15


def test_nhs_numbers_are_valid_and_of_the_test_range(made: Made) -> None:
    rows = read_rows(made[0], "fernshire_mental_health_mhs001mpi")
    numbers = [row["NHSNumber"] for row in rows if row["NHSNumber"]]

    assert len(numbers) > 0.85 * len(rows)
    for number in numbers:
        total = sum(int(number[place]) * (10 - place) for place in range(9))

        assert re.fullmatch(r"999\d{7}", number)
        assert (11 - total % 11) % 11 == int(number[9])


def test_police_numbers_carry_the_right_check_letter(made: Made) -> None:
    rows = read_rows(made[0], "fernshire_probation_offender_2")
    numbers = [row["PNC_NUMBER"] for row in rows if row["PNC_NUMBER"]]

    assert len(numbers) > 0.6 * len(rows)
    for number in numbers:
        found = re.fullmatch(r"\d\d(\d\d)/(\d{7})([A-Z])", number)

        assert found and PNC_LETTERS[int(found[1] + found[2]) % 23] == found[3]


def test_other_numbers_and_postcodes_belong_to_nobody(made: Made) -> None:
    offenders = read_rows(made[0], "fernshire_probation_offender_2")
    patients = read_rows(made[0], "fernshire_mental_health_mhs001mpi")
    places = {row["Postcode"].upper().replace(" ", "")[:2] for row in patients}

    assert all(re.fullmatch(r"[S-X]\d{6}", row["CRN"]) for row in offenders)
    assert all(row["NI_NUMBER"][:2] in ("", "QQ") for row in offenders)
    assert all(row["NOMS_NUMBER"][:1] in ("", "Z") for row in offenders)
    assert places <= {"QX", "ZZ"}


def test_every_person_is_seen_by_somebody_under_the_key_truth_says(made: Made) -> None:
    out = made[0]
    seen = set()
    for start, heading in KEYS.items():
        provider = next(out.glob(f"landing/*/{start}*")).parent.name
        seen |= {(provider, row[heading]) for row in read_rows(out, start)}
    truth = {row[:2]: row[2] for row in ask(out, "from @records")}

    assert seen == set(truth)
    assert set(truth.values()) == set(range(PEOPLE))


def test_millbrook_tells_the_same_episodes_in_both_its_files(made: Made) -> None:
    own = read_rows(made[0], "millbrook_recovery_clients")
    returned = read_rows(made[0], "millbrook_recovery_cds-k")
    told = {(row["Client ID"], row["Initial referral"]) for row in own}
    consented = [row for row in returned if row["CONSENT"] == "Y"]
    episodes = {
        (row["CLIENTID"], row["REFLD"])
        for row in consented
        if row["REFLD"] not in ("NA", "not known", "31/02/2025")
    }

    assert len(episodes - told) <= 0.02 * len(episodes)


def test_who_does_not_consent_is_returned_with_three_fields(made: Made) -> None:
    rows = [
        row
        for row in read_rows(made[0], "millbrook_recovery_cds-k")
        if row["CONSENT"] == "N"
    ]

    assert rows
    for row in rows:
        filled = {name for name, value in row.items() if value != "NA"}

        assert filled == {"AGNCY", "CLIENTID", "CONSENT"}


def test_files_come_in_the_manners_of_their_systems(made: Made) -> None:
    landing = made[0] / "landing"
    read = {
        path.name.split("_2026")[0]: path.read_bytes()
        for path in landing.glob("*/*.csv")
    }

    assert read["fernshire_council_cases"].startswith(b"\xef\xbb\xbfCase Reference")
    assert b"\r\n" in read["stepping_stones_refer_and_monitor"]
    assert b"\r\n" not in read["fernshire_probation_contact"]
    assert re.search(
        rb"T\d\d:\d\d:\d\d\+01:00", read["stepping_stones_refer_and_monitor"]
    )
    assert re.search(rb",\d\d-[A-Z]{3}-\d\d,", read["fernshire_probation_event"])
    assert b"N/A" in read["millbrook_recovery_clients"]
    assert read["tern_alcohol_service_cds-h"].startswith(b'"FINITIAL","SINITIAL"')
    with pytest.raises(UnicodeDecodeError):
        read["millbrook_recovery_clients"].decode("utf-8")


def test_aliases_share_the_root_and_prison_number(made: Made) -> None:
    rows = read_rows(made[0], "hmp_larkmoor_offenders")
    main = {r["ROOT_OFFENDER_ID"]: r for r in rows if r["ALIAS_NAME_TYPE"] == "CN"}
    aliases = [row for row in rows if row["ALIAS_NAME_TYPE"] != "CN"]

    assert aliases
    for alias in aliases:
        person = main[alias["ROOT_OFFENDER_ID"]]

        assert alias["OFFENDER_ID_DISPLAY"] == person["OFFENDER_ID_DISPLAY"]
        assert alias["OFFENDER_ID"] != person["OFFENDER_ID"]


def test_truth_is_kept_out_of_landing_and_says_it_is_invented(made: Made) -> None:
    out, summary = made

    assert not list((out / "landing").rglob("*.parquet"))
    assert {path.name for path in (out / "truth").iterdir()} == set(summary.truth)
    assert "everyone in it is invented" in (out / "README.txt").read_text()


def test_plants_show_in_the_episodes(tmp_path: Path) -> None:
    make_place(3_000, 3, tmp_path)
    planted = dict(ask(tmp_path, "select kind, count(*) from @phenomena group by kind"))
    street = ask(
        tmp_path,
        """select count(*) from @phenomena as plant where kind = 'release_to_street'
        and not exists (from @episodes as stay where provider = 'hmp_larkmoor'
            and stay.true_person_id = plant.true_person_id
            and plant.date between end_date and end_date + 28)""",
    )
    refused = ask(
        tmp_path,
        """select count(*) from @phenomena as plant where kind = 'crisis_after_refusal'
        and not exists (from @episodes as episode where decision = 'refused'
            and episode.true_person_id = plant.true_person_id
            and episode.provider = plant.provider
            and plant.date between decision_date and decision_date + 90)""",
    )
    backwards = ask(
        tmp_path,
        """select count(*) from @episodes where end_date < start_date
        or start_date < decision_date or decision_date < referral_date
        or greatest(referral_date, decision_date, start_date, end_date)
            > date '2026-06-30'""",
    )

    assert len(planted) == 15
    assert min(planted.values()) >= 5
    assert street == refused == backwards == [(0,)]
