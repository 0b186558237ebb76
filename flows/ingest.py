"""Received to landed: one export becomes typed facts, vaulted identities and a receipt.

The vault's ledger decides. Files are written aside in ``02_landed/.pending/<export>``,
the vault commits, the files are moved into place. A run killed in between leaves either
an export the ledger does not know as landed (its files are thrown away and it is read
again) or one it does (its files are moved into place by the next run).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping as Named
from pathlib import Path

import duckdb
import pyarrow as pa

from flows.errors import ExportRefused, PipelineError
from flows.events import EventLog
from flows.keys import Keys
from flows.landing.facts import Export, Landing, gone_sql, live_scope
from flows.landing.held import enter_hold
from flows.landing.hold_rules import Hold
from flows.landing.holds import (
    ReadCounts,
    find_hold_after_reading,
    find_hold_before_reading,
)
from flows.landing.land import land
from flows.landing.ledger import enter_refusal
from flows.landing.pending import pending_folder, promote, receipt_path, repair
from flows.landing.results import ExportResult, held, refused
from flows.mappings import Mapping, Provider, find_mapping
from flows.paths import Place
from flows.reading import read_mapped
from flows.reading.exports import Reading
from flows.reading.judge import Judgement, judge
from flows.reading.receipts import write_receipt
from flows.seal import open_sealed


def ingest(
    place: Place,
    keys: Keys,
    vault: duckdb.DuckDBPyConnection,
    providers: Named[str, Provider],
    events: EventLog,
) -> list[ExportResult]:
    """Read every export that was received and not yet read, oldest first.

    An export that cannot be read is refused with its reason, one that is suspicious is
    held for an operator; the others go on.

    Args:
        place: the data folder.
        keys: must hold the identity branch.
        vault: a connection with the vault attached for writing.
        providers: by name.
        events: where each export's fate is told.
    """
    repair(place, vault)
    waiting = vault.execute(
        """
        select export_id, provider, file_name, export_date, received_at
        from vault.exports where state = 'received'
        order by export_date, received_at, provider, file_name
        """
    ).fetchall()
    results = []
    for export_id, provider, file_name, export_date, received_at in waiting:
        if provider not in providers:
            continue
        export = Export(
            export_id, providers[provider], file_name, export_date, received_at
        )
        results.append(_ingest_one(place, keys, vault, providers, export))
        _tell(events, export, results[-1])
    return results


def _ingest_one(
    place: Place,
    keys: Keys,
    vault: duckdb.DuckDBPyConnection,
    providers: Named[str, Provider],
    export: Export,
) -> ExportResult:
    folder = pending_folder(place, export.export_id)
    try:
        result = _read_and_land(place, keys, vault, providers, export, folder)
    except ExportRefused as refusal:
        result = _refuse(vault, export, folder, refusal)
    except (pa.ArrowException, ValueError, OverflowError, MemoryError) as error:
        # A file no reader was made for must not stop the other providers' night.
        unread = ExportRefused(
            "broke_the_reader",
            f"Reading ended with {type(error).__name__}. Export again; if it happens "
            "again, tell whoever looks after Commonground.",
        )
        result = _refuse(vault, export, folder, unread)
    promote(place, folder)
    return result


def _read_and_land(
    place: Place,
    keys: Keys,
    vault: duckdb.DuckDBPyConnection,
    providers: Named[str, Provider],
    export: Export,
    folder: Path,
) -> ExportResult:
    mapping = find_mapping(export.provider, export.file_name)
    hold = find_hold_before_reading(vault, export, mapping, providers)
    if hold is not None:
        return _hold(vault, export, mapping, hold, folder)
    sealed = place.received / export.provider.provider / f"{export.export_id}.sealed"
    content = open_sealed(sealed, keys.for_identity("received"))
    reading = read_mapped(content, export.file_name, mapping)
    try:
        judgement = judge(vault, reading, mapping, export.export_date)
        if judgement.faults:
            name, day = export.provider.provider, export.export_date
            path = receipt_path(folder, name, day, mapping.file_kind)
            write_receipt(path, judgement.faults)
        counts = _count_read(vault, export, mapping, reading, judgement)
        hold = find_hold_after_reading(vault, export, mapping, counts)
        if hold is not None:
            return _hold(vault, export, mapping, hold, folder)
        landing = land(vault, export, mapping, judgement, folder, reading.how)
    finally:
        for table in ("texts", "judged", "plan"):
            vault.execute(f"drop table if exists {table}")
    return _result(export, judgement, landing, reading.how)


def _result(
    export: Export, judgement: Judgement, landing: Landing, how: str
) -> ExportResult:
    return ExportResult(
        provider=export.provider.provider,
        file_name=export.file_name,
        state="landed",
        rows_in=judgement.rows,
        landed=landing.landed,
        quarantined=len(judgement.quarantined),
        unchanged=landing.unchanged,
        withdrawn=landing.withdrawn,
        warned=judgement.warned,
        rules=_count_rules(judgement, "quarantine"),
        remarks=_count_rules(judgement, "warning"),
        read_as=how,
    )


def _count_rules(judgement: Judgement, severity: str) -> Counter[str]:
    return Counter(f.rule for f in judgement.faults if f.severity == severity)


def _count_read(
    vault: duckdb.DuckDBPyConnection,
    export: Export,
    mapping: Mapping,
    reading: Reading,
    judgement: Judgement,
) -> ReadCounts:
    """Count what the rules that hold an export look at; nothing has landed yet."""
    live, withdrawn = vault.execute(
        f"""
        select count(*), count(*) filter ({gone_sql(export, judgement)})
        from vault.rows where {live_scope(export, mapping)}
        """
    ).fetchall()[0]
    heading = mapping.file.names_provider
    texts = reading.columns.column(heading).unique().to_pylist() if heading else []
    return ReadCounts(
        rows=judgement.rows,
        quarantined=len(judgement.quarantined),
        live=live,
        withdrawn=withdrawn,
        codes=frozenset(
            text.strip()
            for text in texts
            if text and text.strip().upper() not in ("", *mapping.blanks)
        ),
    )


def _hold(
    vault: duckdb.DuckDBPyConnection,
    export: Export,
    mapping: Mapping,
    hold: Hold,
    folder: Path,
) -> ExportResult:
    enter_hold(vault, export, mapping, hold, folder)
    return held(export.provider.provider, export.file_name, hold.rule, hold.words)


def _refuse(
    vault: duckdb.DuckDBPyConnection,
    export: Export,
    folder: Path,
    refusal: ExportRefused,
) -> ExportResult:
    where = f"line {refusal.line}: " if refusal.line else ""
    words = f"{where}{refusal}"
    name = export.provider.provider
    receipt = receipt_path(folder, name, export.export_date, None)
    enter_refusal(vault, export.export_id, refusal.rule, words, folder, receipt)
    return refused(name, export.file_name, refusal.rule, words)


def _tell(events: EventLog, export: Export, result: ExportResult) -> None:
    if result.state in ("refused", "held"):
        events.emit(
            f"export.{result.state}",
            provider=result.provider,
            export_id=export.export_id,
            rule=next(iter(result.rules)),
        )
        return
    if result.rows_in != result.landed + result.quarantined + result.unchanged:
        raise PipelineError(
            f"Export {export.export_id} of {result.provider} does not balance: "
            f"{result.rows_in} rows in, {result.landed} landed, "
            f"{result.quarantined} quarantined, {result.unchanged} unchanged."
        )
    events.emit(
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
