"""Run dbt inside this process: its settings, its arguments, and what it answered."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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

from flows.errors import PipelineError
from flows.keys import Keys
from flows.paths import PROJECT, Place, replace_link

DBT_PROJECT = PROJECT / "dbt_project"
_DONE = {"success", "pass"}
_NOTHING: dict[str, object] = {
    "as_of": "2000-01-01",
    "landed_folder": "",
    "linked_folder": "",
    "expected_providers": [],
    "partnership_layouts": [],
}


def run_dbt(
    place: Place,
    keys: Keys,
    command: list[str],
    variables: Mapping[str, object],
) -> list[RunResult]:
    """Run a dbt command over the warehouse, one at a time in a process.

    Args:
        place: its warehouse is written.
        keys: the facts branch is enough.
        command: dbt's command and its own options.
        variables: what the project is given at run time.

    Returns:
        What became of each node.

    Raises:
        PipelineError: a model or test failed, or dbt could not begin.
    """
    arguments = [*command, "--target", "nightly"]
    arguments += _arguments(place.logs / "dbt", variables)
    with _environment(place, keys):
        try:
            result = dbtRunner(manifest=parse()).invoke(arguments)
        finally:
            # dbt would hold the warehouse open until the process ends.
            DuckDBConnectionManager.close_all_connections()
    _check_result(result)
    return _list_runs(result)


def count_done(runs: list[RunResult], kinds: set[str]) -> int:
    """Count the nodes of some kinds that were built, or passed."""
    return sum(run.node.resource_type in kinds and run.status in _DONE for run in runs)


@cache
def parse() -> Manifest:
    """Parse the project once in a process; a run's own settings are not part of it.

    Raises:
        PipelineError: dbt cannot read the project.
    """
    with TemporaryDirectory() as folder:
        result = dbtRunner().invoke(["parse", *_arguments(Path(folder), _NOTHING)])
    _check_result(result)
    return cast(Manifest, result.result)


def document(folder: Path) -> Path:
    """Have dbt write its own documents, of the project alone: no warehouse is opened.

    Args:
        folder: empty; what dbt leaves behind goes there, too.

    Returns:
        The path of the page, one file that needs no network.

    Raises:
        PipelineError: dbt cannot read the project.
    """
    arguments = ["docs", "generate", "--static", "--empty-catalog"]
    given = _arguments(folder, _NOTHING)
    given.remove("--no-write-json")
    _check_result(dbtRunner().invoke([*arguments, *given]))
    return folder / "target" / "static_index.html"


def _arguments(logs: Path, variables: Mapping[str, object]) -> list[str]:
    # Neither run results nor dbt's log are written: a database error may quote a value.
    return [
        *("--project-dir", str(DBT_PROJECT)),
        *("--profiles-dir", str(DBT_PROJECT)),
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
            f"Check {DBT_PROJECT}."
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
