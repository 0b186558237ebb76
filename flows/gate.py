"""Gates: what must be true of a table before the next stage may look at it.

Great Expectations judges the suites of ``expectations/``. A critical failure stops the
run and the release stays what it was; a warning is reported to whoever can mend it.
What is kept of a check are counts and percentages, never a value from a row.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING
from uuid import uuid4

from flows.contracts import describe_columns, list_datasets
from flows.duck import attach_encrypted, connect, quote_name, quote_text
from flows.errors import GateFailed
from flows.fingerprints import find_newest_export
from flows.gating.results import GateResult, Subject
from flows.gating.suites import SUITES, list_marts, load_suite
from flows.gating.views import create_view, list_sent, live_rows
from flows.keys import Keys
from flows.paths import Place

if TYPE_CHECKING:
    import duckdb


def check_landed(place: Place) -> list[GateResult]:
    """Judge every landed dataset of every sector: is what arrived fit to be used?

    Looks at the newest landing of each source row that is not withdrawn. A dataset of
    which no export has landed is ``not_applicable``; one whose export landed without
    a row is judged, and fails by being empty.

    Raises:
        MappingError: a suite is missing or wrong.
    """
    with _open(place) as (connection, database):
        subjects, sent = [], list_sent(connection, place)
        for sector, name, dataset in list_datasets():
            folder = place.landed / sector / name
            suite = load_suite(SUITES / "landed" / sector / f"{name}.yml")
            view, absent = f"{sector}__{name}", ""
            landed = any(not p.name.startswith("_") for p in folder.glob("*.parquet"))
            if landed or (sector, name) in sent:
                connection.execute(live_rows(view, folder, place))
            else:
                absent = "No export that carries this dataset has landed."
            columns = tuple(describe_columns(dataset))
            subjects.append(Subject(f"{sector}.{name}", view, suite, columns, absent))
        return _judge(place, "landed", database, subjects)


def check_linked(place: Place) -> list[GateResult]:
    """Judge the links of the current linkage run: is every record one person's?

    Raises:
        MappingError: a suite is missing or wrong.
    """
    with _open(place) as (connection, database):
        subjects = []
        for path in sorted((SUITES / "linked").glob("*.yml")):
            suite, absent = load_suite(path), ""
            file = place.linked / "current" / f"{path.stem}.parquet"
            if file.exists():
                source = f"read_parquet({quote_text(str(file))})"
                connection.execute(create_view(path.stem, f"select * from {source}"))
            else:
                absent = "The current linkage run did not write this table."
            subjects.append(
                Subject(path.stem, path.stem, suite, suite.columns, absent, "errored")
            )
        return _judge(place, "linked", database, subjects)


def check_published(place: Place, keys: Keys) -> list[GateResult]:
    """Judge the marts of the warehouse that a release would hold.

    Args:
        place: the data folder.
        keys: the facts branch; the identity branch is not used.

    Raises:
        MappingError: a suite is missing or wrong.
    """
    with _open(place) as (connection, database):
        attach_encrypted(
            connection,
            place.warehouse,
            "warehouse",
            keys.for_facts("warehouse"),
            read_only=True,
        )
        there = connection.execute(
            "select table_name from information_schema.tables "
            "where table_catalog = 'warehouse' and table_schema = 'main'"
        ).fetchall()
        subjects = []
        for mart in list_marts():
            suite, absent = load_suite(SUITES / "published" / f"{mart}.yml"), ""
            if (mart,) in there:
                source = f"warehouse.main.{quote_name(mart)}"
                connection.execute(create_view(mart, f"select * from {source}"))
            else:
                absent = "The warehouse has no such mart."
            subjects.append(
                Subject(mart, mart, suite, suite.columns, absent, "errored")
            )
        return _judge(place, "published", database, subjects)


def stop_if_critical(results: Sequence[GateResult]) -> None:
    """Stop when a critical expectation failed or could not be judged.

    Raises:
        GateFailed: naming each: table, expectation, found, expected, what to do.
    """
    stopped = [
        result
        for result in results
        if result.severity == "critical" and result.status in ("failed", "errored")
    ]
    if stopped:
        lines = "\n".join(_explain(result) for result in stopped)
        raise GateFailed(
            f"{len(stopped)} critical expectation(s) do not hold. Nothing is released; "
            f"the last good release stays current.\n{lines}"
        )


def _explain(result: GateResult) -> str:
    found = ", ".join(f"{name} {value:g}" for name, value in result.observed.items())
    return (
        f"- {result.table}: {result.expectation}. "
        f"Found: {'; '.join(p for p in (found, result.why) if p) or 'nothing'}. "
        f"Expected: {result.expected}. What to do: {result.guidance}"
    )


@contextmanager
def _open(place: Place) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    # A named in-memory database is seen by every connection of this process, so the
    # views and the warehouse attached here are there for Great Expectations, and the
    # warehouse's key never enters an address that a tool could log.
    database = f":memory:gate_{uuid4().hex}"
    connection = connect(spill=place.root / ".spill", database=database)
    try:
        yield connection, database
    finally:
        connection.close()


def _judge(
    place: Place, stage: str, database: str, subjects: list[Subject]
) -> list[GateResult]:
    # Great Expectations takes five seconds to import: only a gate that judges pays.
    from flows.gating.gx_run import judge

    # The place's today; before the first export has landed, the clock's.
    today = find_newest_export(place) or dt.datetime.now(dt.UTC).date()
    results = judge(database, subjects, today)
    file = place.logs / "gates" / f"{stage}.json"
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.write_text(json.dumps([asdict(result) for result in results], indent=1))
    return results
