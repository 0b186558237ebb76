"""Transform: landed facts and person links become whole-person marts, by way of dbt.

Nothing here opens the vault: dbt is given the landed folder, the linked folder and the
warehouse's own key, so it runs on a machine that holds neither the vault nor its key.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import duckdb
import duckdb_extension_httpfs
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.artifacts.schemas.run import RunExecutionResult, RunResult
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest

from flows.contracts import PARTNERSHIP
from flows.duck import attach_encrypted, connect, quote_name
from flows.errors import PipelineError
from flows.gating.suites import list_marts
from flows.keys import Keys
from flows.layouts import list_sector
from flows.paths import PROJECT, Place, replace_link

MARTS = tuple(list_marts())
"""Tables of the warehouse's schema ``main``: each has a suite that gates it."""

_DBT_PROJECT = PROJECT / "dbt_project"
_DONE = {"success", "pass"}


@dataclass(frozen=True)
class ExpectedProvider:
    """A provider that an agreement says will send exports.

    Args:
        provider: its word in every path and table.
        name: its name for readers.
        sector: homelessness, drugs, offending or mental_health.
        cadence: how often it sends; one of the seed ``cadences``.
    """

    provider: str
    name: str
    sector: str
    cadence: str


@dataclass(frozen=True)
class TransformResult:
    """What a run of dbt built.

    Args:
        models_built: models built, seeds not counted.
        tests_passed: data tests, and unit tests where the selector has them.
        seconds: wall time, parsing included.
        rows: rows of each mart.
    """

    models_built: int
    tests_passed: int
    seconds: float
    rows: dict[str, int]


def transform(
    place: Place,
    keys: Keys,
    expected: Sequence[ExpectedProvider],
    as_of: date,
    selector: str = "nightly",
) -> TransformResult:
    """Build every mart in the warehouse from what has landed and been linked.

    One call at a time in a process: dbt keeps its connections in a global.

    Args:
        place: its landed and linked folders are read, its warehouse is written.
        keys: the facts branch is enough.
        expected: who should have sent exports, for coverage.
        as_of: the day in view, the newest export's date; rolling years end on it.
        selector: what to build, from ``selectors.yml``.

    Raises:
        PipelineError: nothing is linked yet, or a model or test failed.
    """
    started = time.perf_counter()
    _check_linked(place)
    variables = {
        "as_of": as_of.isoformat(),
        "landed_folder": str(place.landed.resolve()),
        "linked_folder": str((place.linked / "current").resolve()),
        "expected_providers": [asdict(provider) for provider in expected],
        "partnership_layouts": list_sector(PARTNERSHIP),
    }
    build = ["build", "--selector", selector, "--target", "nightly"]
    build += _arguments(place.logs / "dbt", variables)
    with _environment(place, keys):
        try:
            result = dbtRunner(manifest=_parse()).invoke(build)
        finally:
            # dbt would hold the warehouse open until the process ends.
            DuckDBConnectionManager.close_all_connections()
    _check_result(result)
    return TransformResult(
        models_built=_count(result, {"model"}),
        tests_passed=_count(result, {"test", "unit_test"}),
        seconds=time.perf_counter() - started,
        rows=_count_rows(place, keys),
    )


def _check_linked(place: Place) -> None:
    links = place.linked / "current" / "person_links.parquet"
    if not links.exists():
        raise PipelineError(
            f"{links} does not exist, so no record has a person. Expected what the "
            "link stage writes: run link, then transform."
        )


@cache
def _parse() -> Manifest:
    """Parse the project once in a process; a run's own settings are not part of it."""
    nothing = {
        "as_of": "2000-01-01",
        "landed_folder": "",
        "linked_folder": "",
        "expected_providers": [],
        "partnership_layouts": [],
    }
    with TemporaryDirectory() as folder:
        result = dbtRunner().invoke(["parse", *_arguments(Path(folder), nothing)])
    _check_result(result)
    return cast(Manifest, result.result)


def _arguments(logs: Path, variables: Mapping[str, object]) -> list[str]:
    # Neither run results nor dbt's log are written: a database error may quote a value.
    return [
        *("--project-dir", str(_DBT_PROJECT)),
        *("--profiles-dir", str(_DBT_PROJECT)),
        *("--target-path", str(logs / "target")),
        *("--log-path", str(logs)),
        *("--log-level", "none"),
        *("--log-level-file", "none"),
        *("--vars", json.dumps(variables)),
        "--no-write-json",
        "--no-send-anonymous-usage-stats",
        "--quiet",
    ]


@contextmanager
def _environment(place: Place, keys: Keys) -> Iterator[None]:
    """Give dbt its settings; the key's name keeps it out of whatever dbt writes."""
    given = {
        "COMMONGROUND_EXTENSIONS": str(_lay_out_extensions(place)),
        "COMMONGROUND_SPILL": str(place.root / ".spill"),
        "COMMONGROUND_WAREHOUSE": str(place.warehouse.resolve()),
        "DBT_ENV_SECRET_WAREHOUSE_KEY": keys.for_facts("warehouse").hex(),
    }
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _lay_out_extensions(place: Place) -> Path:
    """Lay out a folder where DuckDB finds httpfs installed, so it fetches nothing."""
    folder = place.root / ".extensions"
    version = f"v{duckdb.__version__}"
    platform = duckdb.execute("pragma platform").fetchall()[0][0]
    name = "httpfs.duckdb_extension"
    package = Path(duckdb_extension_httpfs.__file__).parent
    installed = folder / version / platform
    installed.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace_link(installed / name, str(package / "extensions" / version / name))
    return folder


def _check_result(result: dbtRunnerResult) -> None:
    if result.success:
        return
    if result.exception is not None:
        reason = type(result.exception).__name__
        raise PipelineError(
            f"dbt stopped before it built anything ({reason}: {result.exception}). "
            f"Check {_DBT_PROJECT}."
        )
    runs = _list_runs(result)
    failed = [run for run in runs if run.status in {"error", "fail"}]
    skipped = sum(run.status == "skipped" for run in runs)
    names = ", ".join(f"{run.node.name} ({_reason(run)})" for run in failed)
    raise PipelineError(
        f"dbt failed at {names}; {skipped} nodes after them were skipped and the marts "
        "are not complete. Expected every model to build and every test to pass: this "
        "is a fault in the SQL or in what landed, not in one row alone."
    )


def _list_runs(result: dbtRunnerResult) -> list[RunResult]:
    return list(cast(RunExecutionResult, result.result).results)


def _reason(run: RunResult) -> str:
    """Say what kind of failure it was; the message itself may quote a value."""
    kinds = re.findall(r"(\w+ Error)\b", run.message or "")
    return str(kinds[-1]) if kinds else f"{run.failures or 0} failing rows"


def _count(result: dbtRunnerResult, kinds: set[str]) -> int:
    return sum(
        run.node.resource_type in kinds and run.status in _DONE
        for run in _list_runs(result)
    )


def _count_rows(place: Place, keys: Keys) -> dict[str, int]:
    with connect() as connection:
        attach_encrypted(
            connection,
            place.warehouse,
            "warehouse",
            keys.for_facts("warehouse"),
            read_only=True,
        )
        return {
            mart: connection.execute(
                f"select count(*) from warehouse.main.{quote_name(mart)}"
            ).fetchall()[0][0]
            for mart in MARTS
        }
