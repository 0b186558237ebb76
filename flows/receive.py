"""Landing to received: wait until a file is whole, hash it, seal it, register it once.

A provider's name for a file is only a remark in the ledger: on disk an export has a
generated name. The same content of the same provider is never taken twice, unless it
was refused before and may now be read.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import stat
import time
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb

from flows.errors import ExportRefused
from flows.events import EventLog
from flows.keys import Keys
from flows.mappings import Provider, find_mapping
from flows.paths import Place
from flows.reading.archive import unpack
from flows.seal import seal_file

_DATE_IN_NAME = re.compile(r"(?<!\d)(20\d{2}-[01]\d-[0-3]\d)(?!\d)")


def receive(
    place: Place,
    keys: Keys,
    vault: duckdb.DuckDBPyConnection,
    providers: Mapping[str, Provider],
    events: EventLog,
    quiet_seconds: float = 1.0,
) -> int:
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
        how many exports were taken.
    """
    taken = 0
    for provider_name, path in _list_whole(place, events, quiet_seconds):
        provider = providers.get(provider_name)
        if provider is None:
            events.emit("export.waiting", provider=provider_name, reason="no provider")
            continue
        taken += _take(place, keys, vault, provider, path, events)
        path.unlink()
    return taken


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
                found[path] = (entry.st_size, entry.st_mtime_ns)
    return found


def _take(
    place: Place,
    keys: Keys,
    vault: duckdb.DuckDBPyConnection,
    provider: Provider,
    path: Path,
    events: EventLog,
) -> int:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "rb") as file:
        content = file.read()
        modified = dt.datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, dt.UTC)
    taken = 0
    try:
        for name, member in unpack(path.name, content):
            taken += _register(
                place, keys, vault, provider, name, member, modified, events
            )
    except ExportRefused as refusal:
        _refuse(vault, provider, path.name, content, modified, refusal, events)
    return taken


def _register(
    place: Place,
    keys: Keys,
    vault: duckdb.DuckDBPyConnection,
    provider: Provider,
    name: str,
    content: bytes,
    modified: dt.datetime,
    events: EventLog,
) -> int:
    """Seal and register one file; 0 when its content was taken before."""
    sha256 = hashlib.sha256(content).hexdigest()
    before = vault.execute(
        """
        select count(*) from vault.exports
        where provider = ? and sha256 = ? and (state <> 'refused' or rule = 'not_taken')
        """,
        [provider.provider, sha256],
    ).fetchone()
    if before != (0,):
        events.emit("export.duplicate", provider=provider.provider)
        return 0
    try:
        find_mapping(provider, name)
    except ExportRefused as refusal:
        # A name that fits nothing is kept sealed, for the person who must look at it.
        if refusal.rule == "not_taken":
            _refuse(vault, provider, name, content, modified, refusal, events)
            return 0
    export_id = str(uuid.uuid4())
    folder = place.received / provider.provider
    folder.mkdir(mode=0o700, exist_ok=True)
    seal_file(folder / f"{export_id}.sealed", content, keys.for_identity("received"))
    _enter(vault, export_id, provider, name, sha256, len(content), modified, "received")
    events.emit("export.received", provider=provider.provider, export_id=export_id)
    return 1


def _refuse(
    vault: duckdb.DuckDBPyConnection,
    provider: Provider,
    name: str,
    content: bytes,
    modified: dt.datetime,
    refusal: ExportRefused,
    events: EventLog,
) -> None:
    """Enter a file that is refused at the door; its content is not kept."""
    export_id = str(uuid.uuid4())
    sha256 = hashlib.sha256(content).hexdigest()
    _enter(vault, export_id, provider, name, sha256, len(content), modified, "refused")
    vault.execute(
        "update vault.exports set rule = ?, words = ? where export_id = ?",
        [refusal.rule, str(refusal), export_id],
    )
    events.emit(
        "export.refused",
        provider=provider.provider,
        export_id=export_id,
        rule=refusal.rule,
    )


def _enter(
    vault: duckdb.DuckDBPyConnection,
    export_id: str,
    provider: Provider,
    name: str,
    sha256: str,
    size: int,
    modified: dt.datetime,
    state: str,
) -> None:
    vault.execute(
        """
        insert into vault.exports by name
        select
            ? as export_id, ? as provider, ? as sector, ? as file_name, ? as sha256,
            ? as size_bytes, ? as received_at, ? as export_date, ? as state
        """,
        [
            export_id,
            provider.provider,
            provider.sector,
            name,
            sha256,
            size,
            dt.datetime.now(dt.UTC).replace(tzinfo=None),
            find_export_date(name, modified),
            state,
        ],
    )


def find_export_date(file_name: str, modified: dt.datetime) -> dt.date:
    """Tell the day an export was made: the date in its name, else the file's own."""
    if found := _DATE_IN_NAME.search(file_name):
        try:
            return dt.date.fromisoformat(found.group(1))
        except ValueError:
            return modified.date()
    return modified.date()
