"""Files written aside until the ledger knows them, and what to do after a kill."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from flows.contracts import describe_columns, list_datasets
from flows.duck import quote_text
from flows.landing.facts import EXPORT_COLUMNS, WITHDRAWN_COLUMNS
from flows.paths import Place


def repair(place: Place, vault: duckdb.DuckDBPyConnection) -> None:
    """Finish or undo what a killed run left; make sure every dataset has its types."""
    write_empty_files(place, vault)
    for export_id, folder in _pending(place):
        state = vault.execute(
            "select state from vault.exports where export_id = ?", [export_id]
        ).fetchone()
        if state is not None and state[0] in ("landed", "refused"):
            promote(place, folder)
        else:
            shutil.rmtree(folder)
    known = {
        row[0]
        for row in vault.execute("select export_id from vault.exports").fetchall()
    }
    # A run killed before it registered a file left this; the file is still in landing.
    # An older vault, restored, would show the same: so nothing is thrown away.
    aside = place.received / "unregistered"
    for path in place.received.glob("*/*.sealed"):
        if path.stem not in known and path.parent != aside:
            aside.mkdir(mode=0o700, exist_ok=True)
            path.replace(aside / path.name)
    for path in place.received.glob("*/.*.part"):
        path.unlink()


def promote(place: Place, folder: Path) -> None:
    """Move an export's files from aside into place; safe to do again after a kill."""
    export_id = folder.name
    for path in sorted(folder.rglob("*.parquet")):
        target = place.landed / path.relative_to(folder).with_suffix("")
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.replace(target / f"{export_id}.parquet")
    for path in sorted(folder.glob("receipts/*/*")):
        target = place.outbox / path.parent.name
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.replace(target / path.name)
    shutil.rmtree(folder)


def pending_folder(place: Place, export_id: str) -> Path:
    """Make the folder in which an export's files are written aside."""
    folder = place.landed / ".pending" / export_id
    folder.mkdir(mode=0o700, parents=True)
    return folder


def _pending(place: Place) -> list[tuple[str, Path]]:
    aside = place.landed / ".pending"
    aside.mkdir(mode=0o700, exist_ok=True)
    return [(path.name, path) for path in sorted(aside.iterdir()) if path.is_dir()]


def write_empty_files(place: Place, connection: duckdb.DuckDBPyConnection) -> None:
    """Give every dataset a file without rows, so that it has types from the start."""
    shapes = {
        place.landed / sector / name: describe_columns(dataset)
        for sector, name, dataset in list_datasets()
    }
    shapes[place.landed / "_exports"] = EXPORT_COLUMNS
    shapes[place.landed / "_withdrawn"] = WITHDRAWN_COLUMNS
    for folder, columns in shapes.items():
        path = folder / "_empty.parquet"
        if path.exists():
            continue
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        typed = ", ".join(f"null::{kind} as {name}" for name, kind in columns.items())
        aside = folder / f".{path.name}"
        connection.execute(
            f"copy (select {typed} where false) to {quote_text(str(aside))} "
            "(format parquet)"
        )
        aside.replace(path)
