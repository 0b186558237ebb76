"""Landing to received: wait until a file is whole, hash it, seal it, register it once.

A provider's name for a file is only a remark in the ledger: on disk an export has a
generated name. The same file of the same provider is never taken twice, unless it was
refused before and may now be read.
"""

from __future__ import annotations

import datetime as dt
import errno
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

Seen = tuple[int, int, int]
"""What tells a file from what it was: its number on disk, its size, its last change."""


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
            refused, taken = _take(place, keys, vault, provider, path, events)
        except FileChanged:
            reason = "changed while read"
            events.emit("export.waiting", provider=provider_name, reason=reason)
            continue
        except OSError:
            events.emit("export.waiting", provider=provider_name, reason="unreadable")
            continue
        at_door += refused
        if _look_at(path) == taken:
            path.unlink()
        else:
            # What was written meanwhile has not been read: the next run takes it.
            reason = "changed while read"
            events.emit("export.waiting", provider=provider_name, reason=reason)
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


def _snapshot(place: Place) -> dict[Path, Seen]:
    found = {}
    for folder in sorted(place.landing.iterdir()):
        if not folder.is_dir() or folder.is_symlink():
            continue
        for path in folder.iterdir():
            if path.name.startswith((".", "~$")) or path.suffix in (".part", ".tmp"):
                continue
            if seen := _look_at(path):
                found[path] = seen
    return found


def _look_at(path: Path) -> Seen | None:
    """See how a file is now; None if it is gone or is not one to be opened."""
    try:
        return _see(path.lstat())
    except FileNotFoundError:
        return None


def _see(entry: os.stat_result) -> Seen | None:
    # A link or a second name could point at another provider's file.
    if not stat.S_ISREG(entry.st_mode) or entry.st_nlink != 1:
        return None
    return (entry.st_ino, entry.st_size, entry.st_mtime_ns)


def _take(
    place: Place,
    keys: Keys,
    vault: duckdb.DuckDBPyConnection,
    provider: Provider,
    path: Path,
    events: EventLog,
) -> tuple[list[ExportResult], Seen]:
    """Take one file, or each file of a zip.

    Returns:
        those refused at the door, and how the file was when it was opened.

    Raises:
        OSError: it cannot be opened, or is no longer a plain file of one name.
    """
    # A name may hold bytes that are no text; the ledger can only keep text.
    name_on_disk = path.name.encode("utf-8", "replace").decode()
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        entry = os.fstat(file.fileno())
        # It may have been replaced since it was listed.
        if (seen := _see(entry)) is None:
            raise OSError(errno.EINVAL, "not a plain file of one name")
        modified = dt.datetime.fromtimestamp(entry.st_mtime, dt.UTC)
        door = Door(
            place, keys, vault, provider, events, modified,
            is_steady=lambda: _written(os.fstat(file.fileno())) == _written(entry),
        )  # fmt: skip
        try:
            for part in open_parts(provider, name_on_disk, file):
                door.register(part.name, part.file, part.sheet)
        except ExportRefused as refusal:
            file.seek(0)
            door.refuse(name_on_disk, file, refusal)
    return door.refused, seen


def _written(entry: os.stat_result) -> tuple[int, int]:
    return (entry.st_size, entry.st_mtime_ns)
