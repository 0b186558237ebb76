"""Ten thousand damaged or invented exports: no crash, and rows that balance.

Each is read as ``commonground check`` reads a file, and now and then one goes the whole
road into a vault. It must end in a refusal with a reason or in a judgement in which
every row is sound or quarantined; nothing else may be raised, and no refusal may repeat
a value of a row. ``make fuzz`` tells the number of a case that fails:
``.venv/bin/python -m tests.fuzz --only <number>`` runs it again alone.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import duckdb

from flows.duck import close_sandbox, connect
from flows.errors import ExportRefused
from flows.keys import load_keys, make_demo_key
from flows.landing.deliveries import check_delivery
from flows.landing.facts import Export
from flows.landing.parts import open_parts
from flows.mappings import find_mappings
from flows.paths import Place
from flows.reading.exports import open_mapped
from flows.reading.judge import judge
from flows.reading.judgement import Judgement
from tests.conftest import Road
from tests.fuzz_files import DAY, MARK, Case, make_case

CASES = 10_000
_CHUNK = 250
_WHOLE_ROAD_EVERY = 50


class Wrong(AssertionError):
    """What a case showed that must not be."""


def read_case(connection: duckdb.DuckDBPyConnection, case: Case) -> Counter[str]:
    """Read one case as a check would; count what became of its parts.

    Raises:
        Wrong: rows do not balance, a fault of no line, a value in a refusal.
        Exception: whatever no reader foresaw.
    """
    found: Counter[str] = Counter()
    judged: list[tuple[Export, Judgement]] = []
    try:
        for name, file, sheet in open_parts(
            case.provider, case.name, io.BytesIO(case.content)
        ):
            day = dt.date.fromisoformat(DAY)
            export = Export(
                "", case.provider, name, day, dt.datetime(2026, 7, 1), sheet=sheet
            )
            content = file if file.seekable() else io.BytesIO(file.read())
            try:
                mappings = find_mappings(case.provider, sheet or name, day)
                reading = open_mapped(content, name, mappings, sheet)
                table = f"judged{len(judged)}"
                judged.append((export, judge(connection, reading, day, table)))
            except ExportRefused as refusal:
                _note_refusal(case, refusal, found)
    except ExportRefused as refusal:
        _note_refusal(case, refusal, found)
    check_delivery(connection, judged)
    for _, judgement in judged:
        judgement.settle()
        _check_judgement(connection, case, judgement)
        found[f"{case.kind} judged"] += 1
        judgement.drop()
    return found


def _note_refusal(case: Case, refusal: ExportRefused, found: Counter[str]) -> None:
    found[f"{case.kind} refused"] += 1
    found[f"by rule {refusal.rule}"] += 1
    _check_words(case, str(refusal))


def _check_words(case: Case, words: str) -> None:
    if case.header_is_whole and MARK.lower() in words.lower():
        raise Wrong("a refusal repeats a value of a row")
    if len(words) < 20:
        raise Wrong("a refusal says nothing")


def _check_judgement(
    connection: duckdb.DuckDBPyConnection, case: Case, judgement: Judgement
) -> None:
    table, faults = judgement.table, judgement.faults_table
    sound, lines, last, first, leaks = connection.execute(
        f"""
        select
            (select count(*) from {table} where _is_sound
                and _line not in (select line from {judgement.out_table})),
            (select count(*) - count(distinct _line) from {table}),
            (select max(line) from {faults}),
            (select min(line) from {faults}),
            (select count(*) from {faults} where contains(detail, '{MARK}'))
        """
    ).fetchone() or (0, 0, 0, 0, 0)
    if judgement.rows != sound + judgement.quarantined:
        raise Wrong(
            f"{judgement.rows} rows, {sound} sound, {judgement.quarantined} quarantined"
        )
    if lines:
        raise Wrong(f"{lines} rows share their line with another")
    if first is not None and first < 0:
        raise Wrong("a fault before the first line")
    if case.most_lines is not None and (last or 0) > case.most_lines:
        raise Wrong(f"a fault in line {last} of {case.most_lines}")
    if leaks:
        raise Wrong("a fault's detail repeats a value of a row")
    list(judgement.list_faults())


def land_case(case: Case) -> None:
    """Send one case the whole road into a vault of its own.

    Raises:
        Wrong: the run tells nothing of the file, or tells a value of a row.
        Exception: whatever no stage foresaw.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder) / "data")
        place.prepare()
        make_demo_key(place)
        name = case.provider.provider
        road = Road(place, load_keys(place), {name: case.provider})
        road.drop(name, case.name, case.content)
        results = road.run()
        if not results:
            raise Wrong("the run tells nothing of the file")
        for result in results:
            if "broke_the_reader" in result.rules:
                raise Wrong(result.words)
            _check_words(case, result.words or "landed without a word")
        if case.header_is_whole and MARK in (place.logs / "events.jsonl").read_text():
            raise Wrong("an event repeats a value of a row")


def run_cases(
    numbers: Iterable[int], road_every: int = _WHOLE_ROAD_EVERY
) -> tuple[Counter[str], list[tuple[int, str]]]:
    """Run cases; give what became of them, and of each failure its number and why."""
    found: Counter[str] = Counter()
    failures = []
    with connect() as connection:
        close_sandbox(connection, [])
        for number in numbers:
            case = make_case(number)
            found["files"] += 1
            try:
                found += read_case(connection, case)
                if number % road_every == 0:
                    land_case(case)
                    found["whole road"] += 1
            except Exception:  # noqa: BLE001 - whatever is raised is what is looked for
                why = f"{case.kind}, {case.damage or 'whole'}: {traceback.format_exc()}"
                failures.append((number, why))
    return found, failures


def main() -> int:
    """Run every case on two processes; tell how it went; 1 if any failed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cases", type=int, default=CASES)
    options.add_argument("--first", type=int, default=0)
    options.add_argument("--only", type=int, help="run one case again")
    chosen = options.parse_args()
    numbers = range(chosen.first, chosen.first + chosen.cases)
    if chosen.only is not None:
        numbers = range(chosen.only, chosen.only + 1)
    began, done, failed = time.monotonic(), 0, 0
    found: Counter[str] = Counter()
    with ProcessPoolExecutor(2) as pool:
        parts = [numbers[at : at + _CHUNK] for at in range(0, len(numbers), _CHUNK)]
        for ended in as_completed(pool.submit(run_cases, part) for part in parts):
            counted, failures = ended.result()
            found += counted
            done, failed = done + counted["files"], failed + len(failures)
            for number, why in failures:
                _say(f"Case {number}, {why}")
            _say(
                f"{done:,} of {len(numbers):,} files, {failed} failures, "
                f"{time.monotonic() - began:.0f} s"
            )
    _say("\n".join(f"{times:>7,} {what}" for what, times in sorted(found.items())))
    return 1 if failed else 0


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
