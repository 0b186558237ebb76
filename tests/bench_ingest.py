"""Measure taking in one large export as a ratio to a bare copy of the same file.

The bare copy is ``copy (select * from read_csv(..., all_varchar = true)) to parquet``;
for a workbook it is calamine reading every cell. Each figure is taken in a process of
its own, so that its peak of memory is its own, and both sides of a ratio in one run.

Use: ``make bench``, or ``python -m tests.bench_ingest --rows 10000000 --workbook``.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineWorkbook
from rich.console import Console
from rich.table import Table

from flows.duck import connect, quote_text
from flows.events import EventLog
from flows.ingest import ingest
from flows.keys import load_keys, make_demo_key
from flows.layouts import load_layout
from flows.mappings import load_providers
from flows.paths import Place
from flows.receive import receive
from flows.vault import INGEST_MEMORY, open_vault

CSV_PROVIDER, BOOK_PROVIDER = "stepping_stones", "lantern_outreach"
SHEET_ROWS = 1_048_576


def invent_csv(path: Path, rows: int, bad: float = 0.0, changed: float = 0.0) -> None:
    """Write a refer-and-monitor report: 22 columns, most of them dates and numbers.

    Args:
        path: where to write it.
        rows: how many.
        bad: share of rows whose date of referral is no date.
        changed: share of rows with another number of sessions.
    """

    def day(after: int) -> str:
        return f"strftime(date '2021-01-01' + d + {after}, '%Y-%m-%dT10:00:00+00:00')"

    values = {
        "referral_link": "'x' || i",
        "referral_ref": "chr((65 + i // 260000 % 26)::int) "
        "|| chr((65 + i // 10000 % 26)::int) || lpad((i % 10000)::varchar, 4, '0') "
        "|| 'C' || chr((65 + i // 6760000)::int)",
        "referral_id": "'R' || i",
        "contract_id": "'K' || i",
        "organisation_id": "'O1'",
        "caseworker_id": "'W' || (i % 300)",
        "service_user_crn": "chr(65 + (i // 1000000)::int) || lpad("
        "(i % 1000000)::varchar, 6, '0')",
        "date_referral_received": f"if(u < {bad}, 'not a day', {day(0)})",
        "date_saa_booked": day(2),
        "date_saa_attended": day(5),
        "date_first_action_plan_submitted": day(8),
        "date_of_first_action_plan_approval": day(9),
        "date_of_first_attended_session": day(12),
        "outcomes_to_be_achieved_count": "'4'",
        "outcomes_achieved": "'3.5'",
        "count_of_sessions_expected": "'8'",
        "count_of_sessions_attended": f"if(u > 1 - {changed}, '6', '7')",
        "date_eosr_submitted": day(80),
        "concluded_at": day(90),
    }
    file = load_layout("crs_refer_and_monitor").files["referrals"]
    columns = ", ".join(f'{values.get(h, "null")} as "{h}"' for h in file.headers)
    with connect() as connection:
        connection.execute(
            f"""
            copy (
                select {columns} from (
                    select i, (hash(i * 7) % 1000)::int as d,
                        (hash(i * 13) % 100000) / 100000.0 as u
                    from range({rows}) as numbers (i)
                )
            ) to {quote_text(str(path))} (format csv, header)
            """
        )


def invent_workbook(path: Path, rows: int) -> None:
    """Write a workbook of outreach contacts."""
    headings = load_layout("outreach_contacts").files["contacts"].headers
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Contacts")
        for place, heading in enumerate(headings):
            sheet.write_string(2, place, heading)
        row = {
            "First Name": "Fernella", "Last Name": "Ottershaw", "DOB": "1985-03-04",
            "Gender": "F", "Ethnicity": "White British", "Worker": "W1",
            "Contact Date": "2026-01-05", "Contact Type": "Street contact",
            "Area": "North",
        }  # fmt: skip
        places = {heading: n for n, heading in enumerate(headings)}
        for line in range(3, rows + 3):
            for heading, text in row.items():
                sheet.write_string(line, places[heading], text)
            sheet.write_string(line, places["Contact ID"], f"K{line}")
            sheet.write_string(line, places["Client ID"], f"P{line % 50000}")


def take_in(root: Path, provider: str, source: Path, name: str) -> dict[str, float]:
    """Receive and ingest one file; give the seconds of each, and what became of it."""
    place = Place(root)
    place.prepare()
    make_demo_key(place)
    keys, providers = load_keys(place), load_providers()
    folder = place.landing / provider
    folder.mkdir(exist_ok=True)
    shutil.copy(source, folder / name)
    events = EventLog(place, "bench")
    with open_vault(place, keys, memory=INGEST_MEMORY) as vault:
        began = time.perf_counter()
        receive(place, keys, vault, providers, events, quiet_seconds=0)
        received = time.perf_counter()
        results = ingest(place, keys, vault, providers, events)
        done = time.perf_counter()
    states = [e["event"] for e in events.seen if str(e["event"]).startswith("export")]
    return {
        "receive": received - began,
        "ingest": done - received,
        "landed": sum(r.landed for r in results),
        "quarantined": sum(r.quarantined for r in results),
        "unchanged": sum(r.unchanged for r in results),
        "duplicate": states.count("export.duplicate"),
    }


def copy_plainly(source: Path) -> dict[str, float]:
    """Baseline of a CSV: copied to Parquet as text, nothing checked."""
    with tempfile.TemporaryDirectory() as folder, connect() as connection:
        began = time.perf_counter()
        connection.execute(
            f"copy (select * from read_csv({quote_text(str(source))}, "
            f"all_varchar = true)) to '{folder}/plain.parquet' (format parquet)"
        )
        return {"ingest": time.perf_counter() - began}


def read_plainly(source: Path) -> dict[str, float]:
    """Baseline of a workbook: calamine reads every row, nothing is done with it."""
    began = time.perf_counter()
    book = CalamineWorkbook.from_path(str(source))
    rows = sum(1 for _ in book.get_sheet_by_name("Contacts").iter_rows())
    return {"ingest": time.perf_counter() - began, "landed": rows}


STEPS = {"take": take_in, "copy": copy_plainly, "calamine": read_plainly}


def measure(step: str, *arguments: str | Path) -> dict[str, float]:
    """Run one step in a process of its own; give its figures and peak memory."""
    sys.stderr.write(f"{step} {' '.join(Path(a).name for a in arguments)} ...\n")
    command = [sys.executable, "-m", "tests.bench_ingest", "--step", step]
    done = subprocess.run(
        [*command, *map(str, arguments)], capture_output=True, text=True, check=True
    )
    return dict(json.loads(done.stdout))


def bench(rows: int, folder: Path, *, workbook: bool) -> Table:
    """Measure every case; give them as a table."""
    table = Table(
        "Case", "Seconds", "Bare copy", "Ratio", "Peak MB", "What became of it"
    )
    clean, bad, later = (folder / f"{n}.csv" for n in ("clean", "bad", "later"))
    invent_csv(clean, rows)
    invent_csv(bad, rows, bad=0.05)
    invent_csv(later, rows, changed=0.01)
    base = measure("copy", clean)["ingest"]
    name = f"{CSV_PROVIDER}_refer_and_monitor_{{}}.csv"
    take = (folder / "place", CSV_PROVIDER)
    cases = {
        f"clean CSV, {rows:,} rows": (*take, clean, name.format("2026-06-30")),
        "the same again": (*take, clean, name.format("2026-06-30")),
        "the same, a month later": (*take, clean, name.format("2026-07-31")),
        "a month later, 1 % changed": (*take, later, name.format("2026-08-31")),
        "5 % bad rows": (
            folder / "other",
            CSV_PROVIDER,
            bad,
            name.format("2026-06-30"),
        ),
    }
    for case, arguments in cases.items():
        _add(table, case, measure("take", *arguments), base)
    if workbook:
        book, sheet_rows = folder / "book.xlsx", min(rows, SHEET_ROWS - 3)
        invent_workbook(book, sheet_rows)
        base = measure("calamine", book)["ingest"]
        where = (folder / "third", BOOK_PROVIDER, book, "x_contacts_2026-06-30.xlsx")
        case = f"workbook, {sheet_rows:,} rows (to calamine)"
        _add(table, case, measure("take", *where), base)
    return table


def _add(table: Table, case: str, found: dict[str, float], base: float) -> None:
    seconds = found["receive"] + found["ingest"]
    kept = ("landed", "quarantined", "unchanged", "duplicate")
    became = ", ".join(f"{found[k]:,.0f} {k}" for k in kept if found[k])
    table.add_row(
        case, f"{seconds:.1f}", f"{base:.1f}", f"{seconds / base:.1f}",
        f"{found['peak']:,.0f}", became,
    )  # fmt: skip


def main() -> None:
    """Measure in a folder of its own and take it away; or run one step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--workbook", action="store_true")
    parser.add_argument("--step", nargs="+")
    asked = parser.parse_args()
    if asked.step:
        step, *arguments = asked.step
        paths = [Path(a) if "/" in a else a for a in arguments]
        found = STEPS[step](*paths)  # type: ignore[operator]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        sys.stdout.write(json.dumps(found | {"peak": peak}))
        return
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        Console().print(bench(asked.rows, Path(folder), workbook=asked.workbook))


if __name__ == "__main__":
    main()
