"""Thousands of damaged and invented exports: no crash, and rows balance every time.

Each case is an export of a shipped layout: its own headings, values that are hostile or
merely odd, written as one of the kinds that are read, then (in most cases) damaged byte
by byte. It is opened, judged, checked as a delivery and settled in memory, as ``check``
does; it must end in a refusal with words, or in rows that balance.

Use: ``make fuzz``, or ``python -m tests.fuzz --cases 10000 --seed 1``.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import io
import json
import random
import sys
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from flows.duck import close_sandbox, connect
from flows.errors import ExportRefused
from flows.landing.deliveries import check_delivery
from flows.landing.facts import Export
from flows.landing.parts import open_parts
from flows.layouts import load_layout
from flows.mappings import find_mappings
from flows.provider_files import Provider
from flows.reading.exports import open_mapped
from flows.reading.judge import judge
from tests.conftest import make_provider

DAY = dt.date(2026, 6, 30)
MARK = "Zanzibarius"
"""Stands in values; no refusal may repeat it."""

LAYOUTS = {
    "homelessness_cases": ("cases", "support_needs", "placements"),
    "hmis_fy2026": ("client", "enrollment", "exit", "services"),
    "ndtms_cds_h": ("core_data_set",),
    "drug_service_client_export": ("clients", "appointments"),
    "mhsds_v6": ("mhs001mpi", "mhs101referral", "mhs201carecontact"),
    "ndelius_extract": ("offender", "contact"),
    "nomis_extract": ("offenders", "offender_external_movements"),
    "crs_refer_and_monitor": ("referrals",),
}
VALUES = (
    "", " ", "NA", "N/A", "1", "0", "2026-01-31", "31/02/2026", "2026-13-45", "44927",
    "05-MAR-54", "1900-01-01", "9990000018", "ZZ99 3VZ", "QX1 2AB", "AB12 3CD", "Y",
    "=1+1", "@SUM(A1)", "\"quoted\"", "a\nb", "a\rb", "a,b;c|d\te", "x" * 3000, "\u202e",
    "Zoë", "名", "'; drop table judged; --", "{{ x }}", "-1", "1e308", "NaN", "99999999999",
    f"{MARK}", f"Mc {MARK}-{MARK}", "\u00a0", "0000-00-00", "3000-01-01", "true", "F",
)  # fmt: skip


def make_case(chance: random.Random) -> tuple[Provider, str, bytes]:
    """Invent one export: whose, under which name, with which bytes."""
    layout = chance.choice(list(LAYOUTS))
    kind = chance.choice(LAYOUTS[layout])
    file = load_layout(layout).files[kind]
    sector = load_layout(layout).sector
    provider = make_provider("made", sector, layout)
    headings = list(file.headers)
    if chance.random() < 0.15:
        headings.remove(chance.choice(headings))
    chance.shuffle(headings)
    rows = [
        [_value(chance, heading, number, file.row_key) for heading in headings]
        for number in range(chance.randint(0, 12))
    ]
    write = chance.choices(list(WRITERS), weights=(6, 2, 1, 1, 1))[0]
    ending, content = WRITERS[write](chance, headings, rows, file)
    stem = file.match[0].rsplit(".", 1)[0].replace("[0-9]*", "1").replace("*", "x")
    name = f"{stem}.{ending}"
    if chance.random() < 0.1:
        content, name = _zip(name, content), "all.zip"
    if chance.random() < 0.7:
        content = damage(chance, content)
    return provider, name, content


def _value(
    chance: random.Random, heading: str, number: int, key: tuple[str, ...]
) -> str:
    if heading in key and chance.random() < 0.9:
        return f"K{number}"
    return chance.choice(VALUES)


def _write_text(
    chance: random.Random, headings: list[str], rows: list[list[str]], file: object
) -> tuple[str, bytes]:
    text = io.StringIO(newline="")
    writer = csv.writer(
        text,
        delimiter=chance.choice(",;\t|"),
        quoting=chance.choice((csv.QUOTE_ALL, csv.QUOTE_MINIMAL)),
        lineterminator=chance.choice(("\n", "\r\n", "\r")),
    )
    for _ in range(getattr(file, "header_row", 1) - 1):
        writer.writerow(["title"])
    writer.writerows([headings, *rows])
    codec = chance.choice(("utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"))
    return chance.choice(("csv", "txt")), text.getvalue().encode(codec, "replace")


def _write_book(
    chance: random.Random, headings: list[str], rows: list[list[str]], file: object
) -> tuple[str, bytes]:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        sheet = book.add_worksheet(getattr(file, "sheet", None) or "Sheet1")
        for place, row in enumerate([headings, *rows]):
            for column, cell in enumerate(row):
                sheet.write_string(place, column, cell)
    return "xlsx", data.getvalue()


def _write_lines(
    chance: random.Random, headings: list[str], rows: list[list[str]], file: object
) -> tuple[str, bytes]:
    lines = [json.dumps(dict(zip(headings, row, strict=True))) for row in rows]
    return "jsonl", ("\n".join(lines) + "\n").encode()


def _write_parquet(
    chance: random.Random, headings: list[str], rows: list[list[str]], file: object
) -> tuple[str, bytes]:
    columns = list(zip(*rows, strict=True)) or [() for _ in headings]
    arrays = [pa.array(list(column), pa.string()) for column in columns]
    data = io.BytesIO()
    pq.write_table(pa.table(arrays, names=headings), data)
    return "parquet", data.getvalue()


def _write_xml(
    chance: random.Random, headings: list[str], rows: list[list[str]], file: object
) -> tuple[str, bytes]:
    cells = "".join(f"<a>{number}</a>" for number in range(len(rows)))
    return "xml", f"<?xml version='1.0'?><all>{cells}</all>".encode()


WRITERS: dict[str, Callable[..., tuple[str, bytes]]] = {
    "text": _write_text,
    "workbook": _write_book,
    "JSON lines": _write_lines,
    "Parquet": _write_parquet,
    "XML": _write_xml,
}


def _zip(name: str, content: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return data.getvalue()


def damage(chance: random.Random, content: bytes) -> bytes:
    """Flip, insert, delete, cut off or repeat a few bytes."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(data) + 1)
        what = chance.randrange(5)
        if what == 0 and place < len(data):
            data[place] = chance.randrange(256)
        elif what == 1:
            data[place:place] = chance.choice((b'"', b"\n", b"\x00", b",", b"\xff"))
        elif what == 2:
            del data[place : place + chance.randint(1, 20)]
        elif what == 3:
            del data[place:]
        else:
            data[place:place] = data[place : place + 40]
    return bytes(data)


def run_case(
    connection: duckdb.DuckDBPyConnection, provider: Provider, name: str, content: bytes
) -> str:
    """Read and judge one export; give what became of it.

    Raises:
        AssertionError: rows do not balance, or a refusal repeats a value.
    """
    judged = []
    try:
        for part in open_parts(provider, name, io.BytesIO(content)):
            file = io.BytesIO(part.file.read())
            mappings = find_mappings(provider, part.sheet or part.name, DAY)
            reading = open_mapped(file, part.name, mappings, part.sheet)
            judgement = judge(connection, reading, DAY, f"judged{len(judged)}")
            received = dt.datetime(2026, 7, 1)
            judged.append((Export("e", provider, part.name, DAY, received), judgement))
        check_delivery(connection, judged)
        for _, judgement in judged:
            judgement.settle()
            balance(connection, judgement)
    except ExportRefused as refusal:
        assert len(str(refusal)) > 20, refusal.rule
        assert MARK not in str(refusal), refusal.rule
        return f"refused: {refusal.rule}"
    finally:
        for _, judgement in judged:
            judgement.drop()
    return "judged" if judged else "nothing in it"


def balance(connection: duckdb.DuckDBPyConnection, judgement) -> None:
    """Check that every line is a sound row or left out, and no fault lies outside."""
    counted = connection.execute(
        f"""
        select
            (select count(*) from {judgement.table} where _is_sound
                and _line not in (select line from {judgement.out_table})),
            (select coalesce(min(line), 0) from {judgement.faults_table})
        """
    ).fetchone()
    assert counted is not None
    assert judgement.rows == counted[0] + judgement.quarantined
    assert counted[1] >= 0


def run_cases(seed: int, cases: int) -> tuple[Counter[str], list[str]]:
    """Run cases one after the other; give what became of them, and every failure."""
    became: Counter[str] = Counter()
    failures: list[str] = []
    with connect() as connection:
        close_sandbox(connection, [])
        for number in range(seed, seed + cases):
            provider, name, content = make_case(random.Random(number))  # noqa: S311
            try:
                became[run_case(connection, provider, name, content)] += 1
            except Exception:
                failures.append(f"--seed {number} --cases 1\n{traceback.format_exc()}")
    return became, failures


def main() -> int:
    """Run all cases on two processes; 1 if any failed, with the seed to run it again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    step = 250
    began, became, failures = time.perf_counter(), Counter[str](), list[str]()
    starts = range(asked.seed, asked.seed + asked.cases, step)
    sizes = [min(step, asked.seed + asked.cases - start) for start in starts]
    with ProcessPoolExecutor(2) as pool:
        for found, failed in pool.map(run_cases, starts, sizes):
            became += found
            failures += failed
            done = became.total() + len(failures)
            sys.stderr.write(f"\r{done:,} of {asked.cases:,}, {len(failures)} failed")
    seconds = time.perf_counter() - began
    sys.stdout.write(f"\n{asked.cases:,} cases in {seconds:.0f} s\n")
    for what, count in became.most_common():
        sys.stdout.write(f"{count:7,}  {what}\n")
    for failure in failures[:5]:
        sys.stdout.write(f"\nFAILED: python -m tests.fuzz {failure}\n")
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
