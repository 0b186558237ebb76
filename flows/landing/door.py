"""The door: each file is sealed and registered once, or refused with its reason."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import uuid
from dataclasses import dataclass, field

import duckdb

from flows.errors import ExportRefused
from flows.events import EventLog
from flows.keys import Keys
from flows.landing.ledger import enter_received, enter_refusal
from flows.landing.pending import pending_folder, promote, receipt_path
from flows.landing.results import ExportResult, refused
from flows.mappings import Provider, find_mapping
from flows.paths import Place
from flows.seal import seal_file

_DATE_IN_NAME = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)")


@dataclass
class Door:
    """Where one provider's files are sealed and registered, or refused."""

    place: Place
    keys: Keys
    vault: duckdb.DuckDBPyConnection
    provider: Provider
    events: EventLog
    modified: dt.datetime
    refused: list[ExportResult] = field(default_factory=list)

    def register(self, name: str, content: bytes) -> None:
        """Seal and register one file, unless its content was taken before."""
        kind = None
        try:
            kind = find_mapping(self.provider, name).file_kind
            day = find_export_date(name, self.modified)
        except ExportRefused as refusal:
            # A name that fits nothing is for ingest to refuse; the file is kept.
            if refusal.rule != "unknown_file":
                self.refuse(name, content, refusal)
                return
            day = self.modified.date()
        sha256 = hashlib.sha256(content).hexdigest()
        if self._was_taken(name, kind, sha256):
            self.events.emit("export.duplicate", provider=self.provider.provider)
            return
        self._enter(name, content, sha256, day, kind)

    def refuse(self, name: str, content: bytes, refusal: ExportRefused) -> None:
        """Enter a file as refused; what nothing is taken from is not even kept."""
        sha256 = hashlib.sha256(content).hexdigest()
        not_taken = refusal.rule == "not_taken"
        if not_taken and self._was_refused(sha256):
            return
        day = self.modified.date()
        export_id = self._enter(name, content, sha256, day, None, keep=not not_taken)
        folder = pending_folder(self.place, export_id)
        receipt = receipt_path(folder, self.provider.provider, day, None)
        words = str(refusal)
        enter_refusal(self.vault, export_id, refusal.rule, words, folder, receipt)
        promote(self.place, folder)
        facts = {"provider": self.provider.provider, "rule": refusal.rule}
        self.events.emit("export.refused", export_id=export_id, **facts)
        if not not_taken:
            self.refused.append(
                refused(self.provider.provider, name, refusal.rule, str(refusal))
            )

    def _enter(
        self,
        name: str,
        content: bytes,
        sha256: str,
        day: dt.date,
        kind: str | None,
        *,
        keep: bool = True,
    ) -> str:
        export_id = str(uuid.uuid4())
        provider = self.provider
        if keep:
            folder = self.place.received / provider.provider
            folder.mkdir(mode=0o700, exist_ok=True)
            key = self.keys.for_identity("received")
            seal_file(folder / f"{export_id}.sealed", content, key)
        size = len(content)
        enter_received(self.vault, export_id, provider, name, sha256, size, day, kind)
        if keep:
            facts = {"provider": provider.provider, "export_id": export_id}
            self.events.emit("export.received", **facts)
        return export_id

    def _was_taken(self, name: str, kind: str | None, sha256: str) -> bool:
        """The very file came before, or it repeats the newest of its kind.

        Older content under a new name is not a repetition: it takes back what came in
        between.
        """
        found = self.vault.execute(
            """
            select bool_or(file_name = $name or turn = 1) from (
                select
                    file_name, sha256,
                    row_number() over (
                        partition by file_kind = $kind order by received_at desc
                    ) as turn
                from vault.exports
                where provider = $provider and state <> 'refused'
            ) where sha256 = $sha256
            """,
            {
                "name": name,
                "kind": kind,
                "provider": self.provider.provider,
                "sha256": sha256,
            },
        ).fetchone()
        return bool(found and found[0])

    def _was_refused(self, sha256: str) -> bool:
        found = self.vault.execute(
            "select count(*) from vault.exports "
            "where provider = ? and sha256 = ? and rule = 'not_taken'",
            [self.provider.provider, sha256],
        ).fetchone()
        return found != (0,)


def find_export_date(file_name: str, modified: dt.datetime) -> dt.date:
    """Tell the day an export was made: the date in its name, else the file's own.

    Raises:
        ExportRefused: the date in the name does not exist or lies in the future; it
            would set the day in view for every provider.
    """
    today = dt.datetime.now(dt.UTC).date()
    found = _DATE_IN_NAME.search(file_name)
    if found is None:
        return min(modified.date(), today)
    try:
        day = dt.date.fromisoformat(found.group(1))
    except ValueError:
        day = dt.date.max
    if day > today + dt.timedelta(days=1):
        raise ExportRefused(
            "impossible_export_date",
            f"The file's name says {found.group(1)}, which is no day up to today. "
            "Correct the date in the name.",
        )
    return day
