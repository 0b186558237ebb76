"""The folder of linked runs: read what stands, write aside, move the link."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import duckdb

from flows.duck import quote_text
from flows.errors import LinkageError
from flows.paths import Place, replace_link, sync_entry

FILES = (
    "person_links",
    "person_ids",
    "person_health",
    "edges",
    "changes",
    "quality",
)


def read_summary(place: Place) -> dict[str, Any]:
    """Read the summary of the current run, empty before the first."""
    current = place.linked / "current"
    files = [current / f"{name}.parquet" for name in FILES]
    path = current / "summary.json"
    if not all(file.exists() for file in [path, *files]):
        return {}
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def list_runs(place: Place) -> list[Path]:
    """List the folders of the linked runs that are kept, the newest last."""
    numbered = []
    for path in (place.linked / "runs").glob("*/summary.json"):
        if not path.parent.name.startswith("."):
            summary = json.loads(path.read_text(encoding="utf-8"))
            numbered.append((summary["run_number"], path.parent))
    return [folder for _, folder in sorted(numbered)]


_OLD = {
    "links": (
        "person_links",
        "record_id uuid, person_id varchar, strict_person_id varchar, "
        "loose_person_id varchar",
    ),
    "ids": ("person_ids", "person_id varchar, first_run_number integer"),
    "health": (
        "person_health",
        "person_id varchar, health varchar, reasons varchar[], records bigint, "
        "providers bigint",
    ),
    "edges": (
        "edges",
        "record_id_l uuid, record_id_r uuid, match_weight double, match_rule varchar, "
        "is_certain boolean, evidence varchar",
    ),
    "changes": (
        "changes",
        "old_person_id varchar, new_person_id varchar, reason varchar, "
        "run_id varchar, changed_at timestamp",
    ),
}


def load_current(connection: duckdb.DuckDBPyConnection, place: Place) -> None:
    """Make ``old_links``, ``old_ids``, ``old_health``, ``old_edges``, ``old_changes``.

    They are what the current run wrote, empty before the first.
    """
    stands = bool(read_summary(place))
    for table, (name, columns) in _OLD.items():
        path = quote_text(str(place.linked / "current" / f"{name}.parquet"))
        connection.execute(f"create or replace table old_{table} ({columns})")
        if stands:
            connection.execute(
                f"insert into old_{table} by name from read_parquet({path})"
            )


def check_run_id(place: Place, run_id: str) -> None:
    """Refuse the id of the run that stands.

    Raises:
        LinkageError: the current run has this id already.
    """
    if _find_current(place) == run_id:
        raise LinkageError(
            f"{place.linked / 'runs' / run_id} is the current linkage already and the "
            "vault has changed since. Start a new run: each has its own id."
        )


def write_run(
    connection: duckdb.DuckDBPyConnection,
    place: Place,
    run_id: str,
    summary: dict[str, Any],
) -> None:
    """Write a run aside, make it current in one step, clear what is left over.

    Args:
        connection: holds the tables ``new_<file>`` for each of :data:`FILES`.
        place: the data folder.
        run_id: name of the run's folder.
        summary: counts and hashes, written as JSON with a fingerprint of the result.
    """
    runs = place.linked / "runs"
    runs.mkdir(mode=0o700, exist_ok=True)
    target = runs / run_id
    before = _find_current(place)
    _clear(runs, keep={before})
    aside = runs / f".{run_id}"
    aside.mkdir(mode=0o700)
    for name in FILES:
        path = quote_text(str(aside / f"{name}.parquet"))
        connection.execute(f"copy new_{name} to {path} (format parquet)")
    summary["fingerprint"] = _take_fingerprint(aside)
    text = json.dumps(summary, indent=2, sort_keys=True) + "\n"
    (aside / "summary.json").write_text(text, encoding="utf-8")
    for written in [*sorted(aside.iterdir()), aside]:
        sync_entry(written)
    aside.rename(target)
    sync_entry(runs)
    replace_link(place.linked / "current", f"runs/{run_id}")
    sync_entry(place.linked)


def _take_fingerprint(folder: Path) -> str:
    """Hash who is who, and how sure that is: equal where nothing downstream changes."""
    whole = hashlib.sha256()
    for name in ("person_links", "person_health", "edges"):
        with (folder / f"{name}.parquet").open("rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()


def _find_current(place: Place) -> str | None:
    link = place.linked / "current"
    return link.readlink().name if link.is_symlink() else None


def _clear(runs: Path, keep: set[str | None]) -> None:
    """Remove runs that are not current: killed ones, and those of earlier nights."""
    for folder in runs.iterdir():
        if folder.name not in keep:
            shutil.rmtree(folder)
