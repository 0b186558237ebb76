"""Landing to received: wait until a file is whole, hash it, seal it, register it once.

A provider's name for a file is only a remark in the ledger: on disk an export has a
generated name. The same file of the same provider is never taken twice, unless it was
refused before and may now be read.
"""

from __future__ import annotations

import datetime as dt
import os
import stat
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb

from flows.errors import ExportRefused
from flows.events import EventLog
from flows.keys import Keys
from flows.landing.door import Door, FileChanged
from flows.landing.parts import open_parts
from flows.landing.results import ExportResult
from flows.mappings import Provider
from flows.paths import Place


def receive(
    place: Place,
    keys: Keys,
    vault: duckdb.DuckDBPyConnection,
    providers: Mapping[str, Provider],
    events: EventLog,
    quiet_seconds: float = 1.0,
) -> list[ExportResult]:
    """Take every whole file out of landing.

    Args:
        place: the data folder.
        keys: must hold the identity branch.
        vault: a connection with the vault attached for writing.
        providers: by name; the folder below landing says whose file it is.
        events: where each file's fate is told.
        quiet_seconds: how long size and time must stand still before a file counts
            as whole.

    Returns:
        the files refused at the door, with the reason.
    """
    at_door: list[ExportResult] = []
    for provider_name, path in _list_whole(place, events, quiet_seconds):
        provider = providers.get(provider_name)
        if provider is None:
            events.emit("export.waiting", provider=provider_name, reason="no provider")
            continue
        if provider.doubts:
            events.emit("export.waiting", provider=provider_name, reason="open doubts")
            continue
        try:
            at_door += _take(place, keys, vault, provider, path, events)
        except FileChanged:
            events.emit(
                "export.waiting", provider=provider_name, reason="still growing"
            )
            continue
        except OSError:
            events.emit("export.waiting", provider=provider_name, reason="unreadable")
            continue
        path.unlink()
    return at_door


def _list_whole(
    place: Place, events: EventLog, quiet_seconds: float
) -> Iterator[tuple[str, Path]]:
    """List files that have stopped growing, by provider folder, in order of name."""
    before = _snapshot(place)
    if before:
        time.sleep(quiet_seconds)
    after = _snapshot(place)
    for path in sorted(before):
        if before[path] == after.get(path):
            yield path.parent.name, path
        else:
            events.emit(
                "export.waiting", provider=path.parent.name, reason="still growing"
            )


def _snapshot(place: Place) -> dict[Path, tuple[int, int]]:
    found = {}
    for folder in sorted(place.landing.iterdir()):
        if not folder.is_dir() or folder.is_symlink():
            continue
        for path in folder.iterdir():
            if path.name.startswith((".", "~$")) or path.suffix in (".part", ".tmp"):
                continue
            entry = path.lstat()
            # A link or a second name could point at another provider's file.
            if stat.S_ISREG(entry.st_mode) and entry.st_nlink == 1:
                found[path] = _state(entry)
    return found


def _take(
    place: Place,
    keys: Keys,
    vault: duckdb.DuckDBPyConnection,
    provider: Provider,
    path: Path,
    events: EventLog,
) -> list[ExportResult]:
    """Take one file, or each file of a zip; give those that are refused at the door."""
    # A name may hold bytes that are no text; the ledger can only keep text.
    name_on_disk = path.name.encode("utf-8", "replace").decode()
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        entry = os.fstat(file.fileno())
        modified = dt.datetime.fromtimestamp(entry.st_mtime, dt.UTC)
        door = Door(
            place, keys, vault, provider, events, modified,
            is_steady=lambda: _state(os.fstat(file.fileno())) == _state(entry),
        )  # fmt: skip
        try:
            for part in open_parts(provider, name_on_disk, file):
                door.register(part.name, part.file, part.sheet)
        except ExportRefused as refusal:
            file.seek(0)
            door.refuse(name_on_disk, file, refusal)
    return door.refused


def _state(entry: os.stat_result) -> tuple[int, int]:
    return entry.st_size, entry.st_mtime_ns
