"""Received to landed: exports become typed facts, vaulted identities and receipts.

What a provider sent of one day is one delivery: its files are read and judged first,
then looked at together (a contact outside its episode, an exit before its entry), then
landed one by one.

The vault's ledger decides. Files are written aside in ``02_landed/.pending/<export>``,
the vault commits, the files are moved into place. A run killed in between leaves either
an export the ledger does not know as landed (its files are thrown away and it is read
again) or one it does (its files are moved into place by the next run).
"""

from __future__ import annotations

from collections.abc import Mapping as Named
from itertools import groupby
from pathlib import Path

import duckdb
import pyarrow as pa

from flows.errors import ExportRefused, PipelineError
from flows.events import EventLog
from flows.keys import Keys
from flows.landing.deliveries import check_delivery
from flows.landing.facts import Export, Landing
from flows.landing.held import enter_hold
from flows.landing.hold_rules import Hold
from flows.landing.holds import (
    ReadCounts,
    find_hold_after_reading,
    find_hold_before_reading,
)
from flows.landing.land import foresee, land
from flows.landing.ledger import enter_refusal
from flows.landing.pending import pending_folder, promote, repair
from flows.landing.results import ExportResult, describe, held, refused
from flows.landing.telling import NotRun, tell_judged, tell_unread
from flows.landing.waiting import find_original, list_waiting, repeat
from flows.mappings import Mapping, Provider, find_mappings
from flows.paths import Place
from flows.reading.exports import open_mapped
from flows.reading.judge import judge
from flows.reading.judgement import Judgement
from flows.receipts.facts import Why
from flows.seal import open_sealed


class Ingest:
    """One pass over every export that was received and not yet read."""

    def __init__(
        self,
        place: Place,
        keys: Keys,
        vault: duckdb.DuckDBPyConnection,
        providers: Named[str, Provider],
        events: EventLog,
    ) -> None:
        """Make ready.

        Args:
            place: the data folder.
            keys: must hold the identity branch.
            vault: a connection with the vault attached for writing.
            providers: by name.
            events: where each export's fate is told.
        """
        self.place, self.keys, self.vault = place, keys, vault
        self.providers, self.events = providers, events
        self.results: list[ExportResult] = []

    def take_delivery(self, exports: list[Export]) -> None:
        """Read, judge, check together and land what a provider sent of one day."""
        judged: list[tuple[Export, Judgement]] = []
        try:
            for export in exports:
                found = self._judge(export, f"judged{len(judged)}")
                if found is not None:
                    judged.append((export, found))
            not_run = check_delivery(self.vault, judged)
            for export, judgement in judged:
                self._land(export, judgement, not_run.get(judgement.table, []))
        finally:
            for _, judgement in judged:
                judgement.drop()

    def _judge(self, export: Export, table: str) -> Judgement | None:
        """Read and judge one export; None if it was refused or nothing was to do."""
        try:
            mappings = self._find_mappings(export)
            if export.repeats and self._repeats(export, mappings):
                return None
            return self._read(export, mappings, table)
        except ExportRefused as refusal:
            self._refuse(export, refusal)
        except (pa.ArrowException, ValueError, OverflowError, MemoryError) as error:
            # A file no reader was made for must not stop the other providers' night.
            words = (
                f"Reading ended with {type(error).__name__}. Export again; if it "
                "happens again, tell whoever looks after Commonground."
            )
            self._refuse(export, ExportRefused("broke_the_reader", words))
        return None

    def _repeats(self, export: Export, mappings: list[Mapping]) -> bool:
        result = repeat(self.place, self.vault, export, mappings)
        if result is not None:
            self._tell_landed(export, result)
        return result is not None

    def _read(
        self, export: Export, mappings: list[Mapping], table: str
    ) -> Judgement | None:
        hold = find_hold_before_reading(self.vault, export, mappings[0], self.providers)
        if hold is not None:
            folder = pending_folder(self.place, export.export_id)
            why = Why(hold.rule, hold.words)
            tell_unread(self.vault, folder, export, "held", why)
            self._hold(export, mappings[0], hold, folder)
            return None
        name, original = export.provider.provider, find_original(self.vault, export)
        path = self.place.received / name / f"{original}.sealed"
        with open_sealed(path, self.keys.for_identity("received")) as file:
            reading = open_mapped(file, export.file_name, mappings, export.sheet)
            return judge(self.vault, reading, export.export_date, table)

    def _find_mappings(self, export: Export) -> list[Mapping]:
        name = export.sheet or export.file_name
        return find_mappings(export.provider, name, export.export_date)

    def _land(self, export: Export, judgement: Judgement, not_run: NotRun) -> None:
        judgement.settle()
        folder = pending_folder(self.place, export.export_id)
        foreseen, live = foresee(self.vault, export, judgement)
        counts = ReadCounts(
            judgement.rows, judgement.quarantined, live, foreseen.withdrawn,
            judgement.list_codes(),
        )  # fmt: skip
        mapping = judgement.mapping
        hold = find_hold_after_reading(self.vault, export, mapping, counts)
        if hold is not None:
            why = Why(hold.rule, hold.words)
            args = (export, judgement, foreseen, not_run, why)
            tell_judged(self.vault, folder, *args)
            self._hold(export, mapping, hold, folder)
            return

        def tell(landing: Landing) -> None:
            tell_judged(self.vault, folder, export, judgement, landing, not_run)

        landing = land(self.vault, export, judgement, folder, not_run, tell)
        promote(self.place, folder)
        self._tell_landed(export, describe(export, judgement, landing))
        judgement.drop()

    def _hold(self, export: Export, mapping: Mapping, hold: Hold, folder: Path) -> None:
        enter_hold(self.vault, export, mapping, hold, folder)
        promote(self.place, folder)
        name = export.provider.provider
        self.results.append(held(name, export.file_name, hold.rule, hold.words))
        self.events.emit(
            "export.held", provider=name, export_id=export.export_id, rule=hold.rule
        )

    def _refuse(self, export: Export, refusal: ExportRefused) -> None:
        where = f"line {refusal.line}: " if refusal.line else ""
        words = f"{where}{refusal}"
        name = export.provider.provider
        folder = pending_folder(self.place, export.export_id)
        why = Why(refusal.rule, str(refusal), refusal.line)
        tell_unread(self.vault, folder, export, "refused", why)
        enter_refusal(self.vault, export.export_id, refusal.rule, words, folder)
        promote(self.place, folder)
        self.results.append(refused(name, export.file_name, refusal.rule, words))
        self.events.emit(
            "export.refused",
            provider=name,
            export_id=export.export_id,
            rule=refusal.rule,
        )

    def _tell_landed(self, export: Export, result: ExportResult) -> None:
        if result.rows_in != result.landed + result.quarantined + result.unchanged:
            raise PipelineError(
                f"Export {export.export_id} of {result.provider} does not balance: "
                f"{result.rows_in} rows in, {result.landed} landed, "
                f"{result.quarantined} quarantined, {result.unchanged} unchanged."
            )
        self.results.append(result)
        self.events.emit(
            "export.landed",
            provider=result.provider,
            export_id=export.export_id,
            rows_in=result.rows_in,
            landed=result.landed,
            quarantined=result.quarantined,
            unchanged=result.unchanged,
            withdrawn=result.withdrawn,
            warned=result.warned,
        )


def ingest(
    place: Place,
    keys: Keys,
    vault: duckdb.DuckDBPyConnection,
    providers: Named[str, Provider],
    events: EventLog,
) -> list[ExportResult]:
    """Read every export that was received and not yet read, oldest first.

    An export that cannot be read is refused with its reason; the others go on.

    Args:
        place: the data folder.
        keys: must hold the identity branch.
        vault: a connection with the vault attached for writing.
        providers: by name.
        events: where each export's fate is told.
    """
    repair(place, vault)
    passing = Ingest(place, keys, vault, providers, events)
    waiting = list_waiting(vault, providers)
    deliveries = groupby(waiting, lambda e: (e.export_date, e.provider.provider))
    for _, exports in deliveries:
        passing.take_delivery(list(exports))
    return passing.results
