"""The door: each file is sealed and registered once, or refused with its reason."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

import duckdb

from flows.errors import ExportRefused
from flows.events import EventLog
from flows.keys import Keys
from flows.landing.facts import Export
from flows.landing.ledger import Arrival, enter_received, enter_refusal
from flows.landing.pending import pending_folder, promote
from flows.landing.results import ExportResult, refused
from flows.landing.telling import tell_unread
from flows.mappings import Provider, find_mappings
from flows.paths import Place
from flows.receipts.facts import Why
from flows.seal import Sealed, seal_file

_DATE_IN_NAME = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)")
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

        What is hashed is what is sealed: the file itself may change meanwhile.

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
        export_id = str(uuid.uuid4())
        sealed = self._seal(export_id, file)
        arrival = Arrival(
            export_id, name, sealed.sha256, sealed.size, day, kind, sheet,
            period=find_period(self.provider, name, day),
        )  # fmt: skip
        known = self._find_repeated(arrival)
        if known == "":
            self._sealed_path(export_id).unlink()
            self.events.emit("export.duplicate", provider=self.provider.provider)
            return
        self._enter(replace(arrival, repeats=known))

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

    def _seal(self, export_id: str, file: BinaryIO) -> Sealed:
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


def find_export_date(file_name: str, modified: dt.datetime) -> dt.date:
    """Tell the day an export was made: the last date in its name, else the file's own.

    Raises:
        ExportRefused: the date in the name does not exist or lies in the future; it
            would set the day in view for every provider.
    """
    today = dt.datetime.now(dt.UTC).date()
    days = _dates_in_name(file_name)
    if not days:
        return min(modified.date(), today)
    if days[-1] > today + dt.timedelta(days=1):
        written = _DATE_IN_NAME.findall(file_name)[-1]
        raise ExportRefused(
            "impossible_export_date",
            f"The file's name says {written}, which is no day up to today. Correct the "
            "date in the name.",
        )
    return days[-1]


def find_period(
    provider: Provider, file_name: str, day: dt.date
) -> tuple[dt.date, dt.date] | None:
    """Tell the days an export of a period speaks of; None for any other export.

    Two dates in the name are its first and last day; otherwise it speaks of the week,
    month or quarter (the provider's cadence) its day lies in.
    """
    if provider.exports != "period":
        return None
    days = _dates_in_name(file_name)
    if len(days) > 1:
        return days[-2], days[-1]
    if provider.cadence == "weekly":
        first = day - dt.timedelta(days=day.weekday())
        return first, first + dt.timedelta(days=6)
    months = 3 if provider.cadence == "quarterly" else 1
    month = (day.month - 1) // months * months + 1
    first = day.replace(month=month, day=1)
    after = dt.date(
        first.year + (month + months > 12), (month + months - 1) % 12 + 1, 1
    )
    return first, after - dt.timedelta(days=1)


def _dates_in_name(file_name: str) -> list[dt.date]:
    """List the dates in a name; a day that does not exist lies for ever ahead."""
    found = []
    for text in _DATE_IN_NAME.findall(file_name):
        try:
            found.append(dt.date.fromisoformat(text))
        except ValueError:
            found.append(dt.date.max)
    return found


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece
