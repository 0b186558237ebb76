"""What goes wrong: bad files, a failed gate, a run killed at any stage."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import duckdb
import pytest

from flows.layouts import load_layout
from flows.mappings import PROVIDERS
from flows.paths import Place
from tests.conftest import COMMONGROUND
from tests.functional.conftest import copy_place, new_place, read_events, run_command

HEADINGS = (
    "Placement ID,Case Reference,Applicant ID,Accommodation Type,Start Date,End Date,"
    "Reason Left,Property Address"
)


def stay(number: int, start: str = "01/02/2026") -> str:
    return f"Z{number},C{number},A{number},Hostel,{start},,,1 Invented Row"


BAD_FILES = {
    "wrong_header": (
        "fernshire_council_cases_2026-07-31.csv",
        ",".join(load_layout("homelessness_cases").files["cases"].headers)
        .replace("Case Reference", "Case Ref")
        .encode(),
    ),
    "cp1252": (
        "fernshire_council_support_needs_2026-07-31.csv",
        "Case Reference,Applicant ID,Support Need,Date Recorded\n"
        "C1,A1,Debt,01/02/2026\nC2,Añ2,Debt,01/02/2026\n".encode("cp1252"),
    ),
    "unclosed quote and bad dates": (
        "fernshire_council_placements_2026-07-31.csv",
        "\n".join(
            [HEADINGS, '"Z0,C0,A0,Hostel,01/02/2026,,,']
            + [
                stay(n, "31/02/2026" if n % 10 == 0 else "01/02/2026")
                for n in range(1, 101)
            ]
        ).encode(),
    ),
}


def changes_alone(folder: Path) -> str:
    """The shipped providers, but the council sends changes alone.

    So few rows, or so many, in a full export of its would be held for an operator.
    """
    for path in PROVIDERS.glob("[a-z]*/*.yml"):
        copy = folder / path.parent.name / path.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        content = path.read_text()
        if path.stem == "fernshire_council":
            content = content.replace("exports: full", "exports: delta")
        copy.write_text(content)
    return str(folder)


@pytest.fixture(scope="module")
def after_bad_files(
    finished, landing, tmp_path_factory
) -> tuple[Place, str, list[str]]:
    """A night on which one provider's files are all broken, watched by an analyst."""
    base = tmp_path_factory.mktemp("bad")
    place = copy_place(finished, base / "data")
    folder = place.landing / "fernshire_council"
    for name, content in BAD_FILES.values():
        (folder / name).write_bytes(content)
    tern = landing / "landing" / "tern_alcohol_service"
    (other,) = tern.glob("*cds-h_2026-06-30.csv")
    rows = other.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    later = (
        place.landing
        / "tern_alcohol_service"
        / "tern_alcohol_service_cds-h_2026-07-31.csv"
    )
    later.write_text("".join(rows[:-1]))
    environment = os.environ | {"COLUMNS": "250", "NO_COLOR": "1"}
    environment["COMMONGROUND_PROVIDERS"] = changes_alone(base / "providers")
    run = subprocess.Popen(
        [COMMONGROUND, "run", "--data", str(place.root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
    )
    answers = []
    while run.poll() is None:
        asked = run_command(
            "query", "select count(*) from need_overlaps", "--csv", "--data", place.root
        )
        answers.append(asked.stdout)
    assert run.returncode == 0, run.stdout.read()
    return place, run.stdout.read(), answers


def test_a_wrong_header_is_refused_with_file_line_and_both_differences(after_bad_files):
    _, said, _ = after_bad_files
    refused = next(line for line in said.splitlines() if line.startswith("Refused"))

    for words in (
        "fernshire_council_cases",
        "line 1",
        "missing 'Case Reference'",
        "not expected 'Case Ref'",
    ):
        assert words in refused


def test_bad_rows_are_quarantined_with_line_column_and_remedy(after_bad_files):
    place, _, _ = after_bad_files
    faults = []
    for path in (place.outbox / "fernshire_council").glob("*.csv"):
        with path.open(newline="", encoding="utf-8-sig") as file:
            faults += list(csv.DictReader(file))

    bad_dates = [
        f
        for f in faults
        if f["line"] and int(f["line"]) % 10 == 2 and f["rule"] == "not_a_date"
    ]
    assert {int(f["line"]) for f in bad_dates} >= set(range(12, 103, 10))
    assert any((f["line"], f["rule"]) == ("2", "unclosed_quote") for f in faults)
    assert any((f["line"], f["rule"]) == ("3", "not_utf8") for f in faults)
    assert all(f["what was found"] and f["what to do"] for f in faults)


def test_the_good_rows_and_the_other_providers_are_released(after_bad_files):
    place, _, _ = after_bad_files
    landed = [e for e in read_events(place) if e["event"] == "export.landed"][-3:]
    by_rows = {e["rows_in"]: e for e in landed}

    assert by_rows[101]["landed"] == 90
    assert by_rows[101]["quarantined"] == 11
    assert by_rows[101]["withdrawn"] == 0
    assert by_rows[2]["landed"] == 2
    assert {e["provider"] for e in landed} == {
        "fernshire_council",
        "tern_alcohol_service",
    }
    assert (place.published / "current").readlink().name == "2026-07-31.1"


def test_questions_are_answered_all_the_while_the_run_is_writing(after_bad_files):
    _, _, answers = after_bad_files

    assert len(answers) >= 5
    assert all(int(answer.splitlines()[1]) > 0 for answer in answers)


def test_check_tells_a_provider_the_same_before_sending(tmp_path):
    name, content = BAD_FILES["unclosed quote and bad dates"]
    (tmp_path / name).write_bytes(content)
    (tmp_path / "fernshire_council_cases_x.csv").write_bytes(
        BAD_FILES["wrong_header"][1]
    )
    receipt = tmp_path / "receipt.csv"
    provider = ("--provider", "fernshire_council")

    found = run_command(
        "check", tmp_path / name, *provider, "--receipt", receipt, code=5
    )
    wrong = run_command(
        "check", tmp_path / "fernshire_council_cases_x.csv", *provider, code=5
    )
    nobody = run_command("check", tmp_path / name, "--provider", "nobody", code=4)

    assert "101 rows, 11 would be quarantined" in found.stdout
    assert "Write dates in the agreed form" in found.stdout
    assert len(receipt.read_text().splitlines()) == 12
    assert "fernshire_council_cases_x.csv, line 1" in wrong.stderr
    assert "tern_alcohol_service" in nobody.stderr
    assert {path.name for path in tmp_path.iterdir()} == {
        name, "fernshire_council_cases_x.csv", "receipt.csv"
    }  # fmt: skip


def test_a_failed_gate_names_itself_and_leaves_the_release_where_it_was(
    finished, tmp_path
):
    place = copy_place(finished, tmp_path / "data")
    current = (place.published / "current").readlink()
    folder = place.landing / "fernshire_council"
    ahead = "\n".join([HEADINGS, *(stay(n, "01/02/2041") for n in range(50))])
    (folder / "fernshire_council_placements_2026-07-31.csv").write_text(ahead)
    # Every stay begins years after the export: the dates were mistyped or misread.
    providers = changes_alone(tmp_path / "providers")
    done = run_command(
        "run", "--data", place.root, code=6, COMMONGROUND_PROVIDERS=providers
    )

    assert "homelessness" in done.stderr
    assert "placements" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert (place.published / "current").readlink() == current
    withheld = [e for e in read_events(place) if e["event"] == "release.withheld"]
    assert len(withheld) == 1
    assert run_command("query", "from people limit 1", "--data", place.root).stdout


def counts(place: Place) -> dict[str, int]:
    path = (place.published / "current" / "commonground.duckdb").resolve()
    with duckdb.connect(str(path), read_only=True) as release:
        tables = ("people", "person_episodes", "person_timeline", "need_overlaps")
        return {
            table: release.execute(f"select count(*) from {table}").fetchone()[0]
            for table in tables
        }


def kill_at(place: Place, event: str, stage: str) -> None:
    """Start a run and kill it, with no chance to tidy up, when it tells of an event."""
    before = len(read_events(place))
    run = subprocess.Popen(
        [COMMONGROUND, "run", "--data", str(place.root)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    while run.poll() is None:
        told = {(e["event"], e.get("stage")) for e in read_events(place)[before:]}
        if (event, stage) in told or (
            event == "export.landed" and (event, None) in told
        ):
            break
        time.sleep(0.01)
    os.killpg(run.pid, signal.SIGKILL)
    assert run.wait() == -signal.SIGKILL, f"the run ended before {event} {stage}"


def test_a_run_killed_at_every_stage_is_repaired_by_the_next(
    finished, landing, tmp_path
):
    place = new_place(tmp_path / "data")
    shutil.copytree(landing / "landing", place.landing, dirs_exist_ok=True)

    for event, stage in (
        ("stage.finished", "receive"),
        ("export.landed", ""),
        ("stage.finished", "ingest"),
        ("stage.finished", "link"),
        ("stage.finished", "transform"),
        ("stage.started", "publish"),
    ):
        kill_at(place, event, stage)
        assert not (place.published / "current").exists()
    run_command("run", "--data", place.root)

    assert counts(place) == counts(finished)
    done = run_command("release", "verify", "--data", place.root)
    assert "is whole" in done.stdout
    leftovers = [p.name for p in place.published.iterdir() if p.name.startswith(".")]
    assert leftovers == []
    assert not any((place.landed / ".pending").iterdir())
    landed = [e for e in read_events(place) if e["event"] == "export.landed"]
    assert len({e["export_id"] for e in landed}) == len(landed)


def test_the_manifest_is_json_a_person_can_read(finished):
    manifest = json.loads((finished.published / "current/manifest.json").read_text())

    assert manifest["as_of"] == "2026-06-30"
    assert all(len(f["sha256"]) == 64 for f in manifest["files"])
