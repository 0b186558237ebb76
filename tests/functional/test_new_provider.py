"""A new provider from sample to landed rows, as a data officer would do it."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
import yaml

from flows.gating.views import list_sent
from flows.mappings import load_providers
from tests.functional.conftest import new_place, run_command
from tests.unit.test_onboarding import DAYS, KEYS, NAMES, NOTES, nhs_number, table

SAMPLE = {
    "Client Ref": KEYS,
    "First name": NAMES,
    "DOB": [day.replace("2026", "1980") for day in DAYS],
    "NHS No.": [nhs_number(n) for n in range(60)],
    "Refferal Date": DAYS,
    "Exit date": DAYS,
    "[red]Case note[/]": NOTES,
    "Referral source": ["self", "Plantedsource"] * 30,
}
PLANTED = [
    *{value for name in SAMPLE if name != "Referral source" for value in SAMPLE[name]},
    "Plantedsource",
]


@pytest.fixture
def begun(tmp_path) -> tuple[Path, Path, str]:
    """A sample, the folder of providers, and what was said when it was onboarded."""
    sample = tmp_path / "zorble 2026-06-30.csv"
    sample.write_text(table(**SAMPLE))
    folder = tmp_path / "providers"
    folder.mkdir()
    done = run_command(
        "providers", "new", sample, "--sector", "drugs", "--name", "zorble",
        COMMONGROUND_PROVIDERS=str(folder),
    )  # fmt: skip
    return sample, folder, done.stdout + done.stderr


def settle(folder: Path) -> None:
    path = folder / "drugs" / "zorble.yml"
    content = yaml.safe_load(path.read_text())
    content["doubts"] = []
    content["agreement"]["ends"] = "2099-01-01"
    path.write_text("# Settled.\n" + yaml.safe_dump(content))


def test_the_screen_and_the_file_show_headings_and_counts_and_no_value(begun):
    _, folder, said = begun
    written = (folder / "drugs" / "zorble.yml").read_text()

    assert "Refferal Date" in said
    assert "[red]Case note[/]" in written
    for text in (said, written):
        assert not [value for value in PLANTED if value.lower() in text.lower()]


def test_check_refuses_until_the_doubts_are_settled_and_reads_after(begun):
    sample, folder, _ = begun
    options = {"COMMONGROUND_PROVIDERS": str(folder)}
    check = ("check", sample, "--provider", "zorble")

    refused = run_command(*check, code=4, **options)
    settle(folder)
    read = run_command(*check, **options)

    assert "open doubts" in refused.stderr
    for doubt in ("Refferal Date: Is this referral_date?", "How often does it send?"):
        assert doubt in " ".join(refused.stderr.split())
    assert "layout own, referrals. 60 rows, 0 would be quarantined" in read.stdout


def test_show_and_the_list_say_what_is_taken_and_what_is_open(begun, tmp_path):
    _, folder, _ = begun
    options = {"COMMONGROUND_PROVIDERS": str(folder)}

    shown = run_command("providers", "show", "zorble", **options).stdout
    listed = run_command("providers", "--data", tmp_path / "data", **options).stdout
    again = run_command(
        "providers", "list", "--data", tmp_path / "data", **options
    ).stdout
    unknown = run_command("providers", "show", "nobody", code=4, **options)

    assert "Client Ref" in shown
    assert "record_id" in shown
    assert "Ignored: [red]Case note[/]" in shown
    assert "open doubts" in shown
    assert "zorble sends own (assumed); 5 open doubts" in listed
    assert listed == again
    assert "No provider 'nobody'" in unknown.stderr


def test_a_run_leaves_its_files_waiting_and_says_so(begun, tmp_path):
    sample, folder, _ = begun
    place = new_place(tmp_path / "data")
    (place.landing / "zorble").mkdir()
    waiting = place.landing / "zorble" / sample.name
    waiting.write_bytes(sample.read_bytes())

    done = run_command(
        "run", "--data", place.root, code=None, COMMONGROUND_PROVIDERS=str(folder)
    )

    assert "left in landing: a file of zorble (open doubts)" in done.stdout
    assert "commonground providers show zorble" in done.stdout
    assert waiting.exists()


def test_other_providers_go_on_and_once_settled_its_rows_land(begun, road, monkeypatch):
    sample, folder, _ = begun
    road.providers |= load_providers(folder)
    road.drop("zorble", sample.name, sample.read_bytes())
    other = "Client ID,Appointment ID,Recovery coach,Date,Time,Attended,Notes\n"
    road.drop(
        "millbrook_recovery",
        "m_appointments_2026-06-30.csv",
        other + "1,2,3,01/06/2026,,Yes,\n",
    )

    first = road.run()
    settle(folder)
    road.providers |= load_providers(folder)
    second = road.run()

    assert [r.provider for r in first] == ["millbrook_recovery"]
    assert [
        e["reason"] for e in road.events.seen if e["event"] == "export.waiting"
    ] == ["open doubts"]
    assert [(r.provider, r.landed, r.quarantined) for r in second] == [
        ("zorble", 60, 0)
    ]
    assert len(road.landed("drugs", "referrals")) == 60
    exports = road.place.landed / "_exports" / "*.parquet"
    told = duckdb.sql(
        f"select layout, file_kind from '{exports}' where provider = 'zorble'"
    ).fetchall()
    assert told == [("own", "referrals")]
    with duckdb.connect() as connection:
        monkeypatch.setenv("COMMONGROUND_PROVIDERS", str(folder))
        sent = list_sent(connection, road.place)
        (folder / "drugs" / "zorble.yml").unlink()
        once_gone = list_sent(connection, road.place)
    assert sent == {("drugs", "appointments"), ("drugs", "referrals")}
    assert once_gone == {("drugs", "appointments")}
