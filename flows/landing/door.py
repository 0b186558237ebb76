"""The door: each file is sealed and registered once, or refused with its reason."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

import duckdb

from flows.errors import ExportRefused
from flows.events import EventLog
from flows.keys import Keys
from flows.landing.days import find_export_date, find_period
from flows.landing.facts import Export
from flows.landing.ledger import Arrival, enter_received, enter_refusal
from flows.landing.pending import pending_folder, promote
from flows.landing.results import ExportResult, refused
from flows.landing.telling import tell_unread
from flows.mappings import Provider, find_mappings
from flows.paths import Place
from flows.receipts.facts import Why
from flows.seal import Content, digest, seal_file

_PIECE = 1 << 20


class FileChanged(OSError):
    """A file was written to while it was taken in: it is left for the next run."""


@dataclass
class Door:
    """Where one provider's files are sealed and registered, or refused.

    Attributes:
        modified: when the file was last written.
        is_steady: whether the file is still as it was when it was opened.
    """

    place: Place
    keys: Keys
    vault: duckdb.DuckDBPyConnection
    provider: Provider
    events: EventLog
    modified: dt.datetime
    is_steady: Callable[[], bool] = lambda: True
    refused: list[ExportResult] = field(default_factory=list)

    def register(self, name: str, file: BinaryIO, sheet: str | None = None) -> None:
        """Seal and register one file, unless its content was taken before.

        What is hashed is what is sealed: the file itself may change meanwhile. Content
        that repeats an earlier export is registered, and not kept a second time.

        Args:
            name: the provider's name for it.
            file: open for reading, at its start.
            sheet: the sheet of a workbook that says which table it is.
        """
        kind = None
        try:
            kind = find_mappings(self.provider, sheet or name)[0].file_kind
            day = find_export_date(name, self.modified)
        except ExportRefused as refusal:
            # A name that fits nothing is for ingest to refuse; the file is kept.
            if refusal.rule != "unknown_file":
                self.refuse(name, file, refusal)
                return
            day = self.modified.date()
        arrival = Arrival(
            str(uuid.uuid4()), name, "", 0, day, kind, sheet,
            period=find_period(self.provider, name, day),
        )  # fmt: skip
        content = self._look(file)
        known = self._find_repeated(_holding(arrival, content)) if content else None
        if content is None or known is None:
            content = self._seal(arrival.export_id, file)
            known = self._find_repeated(_holding(arrival, content))
            if known is not None:
                self._sealed_path(arrival.export_id).unlink()
        if known == "":
            self.events.emit("export.duplicate", provider=self.provider.provider)
            return
        self._enter(replace(_holding(arrival, content), repeats=known))

    def refuse(self, name: str, file: BinaryIO, refusal: ExportRefused) -> None:
        """Enter a file as refused; what nothing is taken from is not even kept."""
        export_id = str(uuid.uuid4())
        sealed = self._seal(export_id, file)
        if refusal.rule == "not_taken":
            self._sealed_path(export_id).unlink()
            if self._was_refused(sealed.sha256):
                return
        day = self.modified.date()
        arrival = Arrival(export_id, name, sealed.sha256, sealed.size, day)
        received = self._enter(arrival, is_kept=refusal.rule != "not_taken")
        folder = pending_folder(self.place, export_id)
        words = str(refusal)
        export = Export(export_id, self.provider, name, day, received)
        why = Why(refusal.rule, words, refusal.line)
        tell_unread(self.vault, folder, export, "refused", why)
        enter_refusal(self.vault, export_id, refusal.rule, words, folder)
        promote(self.place, folder)
        facts = {"provider": self.provider.provider, "rule": refusal.rule}
        self.events.emit("export.refused", export_id=export_id, **facts)
        if refusal.rule != "not_taken":
            self.refused.append(
                refused(self.provider.provider, name, refusal.rule, words)
            )

    def _look(self, file: BinaryIO) -> Content | None:
        """Hash a file that may have come before, which costs a third of sealing it.

        Returns:
            None where no export has its size, or it can be read but once.

        Raises:
            FileChanged: it is being written.
        """
        if not file.seekable():
            return None
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        alike = self.vault.execute(
            "select 1 from vault.exports where provider = ? and size_bytes = ? limit 1",
            [self.provider.provider, size],
        ).fetchone()
        if alike is None:
            return None
        content = digest(_pieces(file))
        file.seek(0)
        if not self.is_steady():
            raise FileChanged
        return content

    def _seal(self, export_id: str, file: BinaryIO) -> Content:
        path = self._sealed_path(export_id)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        sealed = seal_file(path, _pieces(file), self.keys.for_identity("received"))
        if not self.is_steady():
            path.unlink()
            raise FileChanged
        return sealed

    def _sealed_path(self, export_id: str) -> Path:
        return self.place.received / self.provider.provider / f"{export_id}.sealed"

    def _enter(self, arrival: Arrival, *, is_kept: bool = True) -> dt.datetime:
        received = enter_received(self.vault, self.provider, arrival)
        if is_kept:
            facts = {"provider": self.provider.provider}
            self.events.emit("export.received", export_id=arrival.export_id, **facts)
        return received

    def _find_repeated(self, arrival: Arrival) -> str | None:
        """Tell whether a content came before.

        Returns:
            None: it is new, or it says of another time what was said before: it takes
            back what came in between, or withdraws what that time lacks.
            Empty: the very file came before, or it repeats the newest of its kind as of
            the same day and period; nothing is to be done.
            An export id: it repeats the newest export of its kind and period on a later
            day, so nothing changed since.
        """
        first, until = arrival.period or (None, None)
        found = self.vault.execute(
            """
            select
                export_id, file_name = $name, state, export_date,
                turn = 1 and (period_from, period_to) is not distinct from ($from, $to)
            from (
                select
                    export_id, file_name, sha256, state, export_date,
                    period_from, period_to,
                    row_number() over (
                        partition by file_kind = $kind order by stamp desc
                    ) as turn
                from vault.exports
                where provider = $provider and state not in ('refused', 'rejected')
                    and sheet is not distinct from $sheet
            ) where sha256 = $sha256 order by turn
            """,
            {
                "name": arrival.file_name,
                "kind": arrival.file_kind,
                "sheet": arrival.sheet,
                "provider": self.provider.provider,
                "sha256": arrival.sha256,
                "from": first,
                "to": until,
            },
        ).fetchall()
        for export_id, same_name, state, day, is_newest in found:
            if same_name or (is_newest and arrival.export_date == day):
                return ""
            if is_newest and arrival.export_date > day and state == "landed":
                return str(export_id)
        return None

    def _was_refused(self, sha256: str) -> bool:
        found = self.vault.execute(
            "select count(*) from vault.exports "
            "where provider = ? and sha256 = ? and rule = 'not_taken'",
            [self.provider.provider, sha256],
        ).fetchone()
        return found != (0,)


def _holding(arrival: Arrival, content: Content) -> Arrival:
    return replace(arrival, sha256=content.sha256, size_bytes=content.size)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece
