"""Received to landed: one export becomes typed facts, vaulted identities and a receipt.

The vault's ledger decides. Files are written aside in ``02_landed/.pending/<export>``,
the vault commits, the files are moved into place. A run killed in between leaves either
an export the ledger does not know as landed (its files are thrown away and it is read
again) or one it does (its files are moved into place by the next run).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping as Named
from pathlib import Path

import duckdb
import pyarrow as pa

from flows.errors import ExportRefused, PipelineError
from flows.events import EventLog
from flows.keys import Keys
from flows.landing.facts import Export, Landing
from flows.landing.land import land
from flows.landing.ledger import enter_refusal
from flows.landing.pending import pending_folder, promote, receipt_path, repair
from flows.landing.results import ExportResult, refused
from flows.mappings import Mapping, Provider, find_mapping
from flows.paths import Place
from flows.reading import read_mapped
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

    An export that cannot be read is refused with its reason; the others go on.

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
        if provider not in providers or providers[provider].doubts:
            continue
        export = Export(
            export_id, providers[provider], file_name, export_date, received_at
        )
        results.append(_ingest_one(place, keys, vault, export))
        _tell(events, export, results[-1])
    return results


def _ingest_one(
    place: Place, keys: Keys, vault: duckdb.DuckDBPyConnection, export: Export
) -> ExportResult:
    folder = pending_folder(place, export.export_id)
    try:
        result = _read_and_land(place, keys, vault, export, folder)
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
    export: Export,
    folder: Path,
) -> ExportResult:
    mapping = find_mapping(export.provider, export.file_name)
    _check_agreement(export)
    _check_order(vault, export, mapping)
    sealed = place.received / export.provider.provider / f"{export.export_id}.sealed"
    content = open_sealed(sealed, keys.for_identity("received"))
    reading = read_mapped(content, export.file_name, mapping)
    _check_not_empty(vault, export, mapping, reading.rows)
    try:
        judgement = judge(vault, reading, mapping, export.export_date)
        if judgement.faults:
            name, day = export.provider.provider, export.export_date
            path = receipt_path(folder, name, day, mapping.file_kind)
            write_receipt(path, judgement.faults)
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


def _check_agreement(export: Export) -> None:
    agreement = export.provider.agreement
    today = dt.datetime.now(dt.UTC).date()
    if not agreement.starts <= today <= agreement.ends:
        raise ExportRefused(
            "agreement_lapsed",
            f"Agreement {agreement.id} of {export.provider.name} covers "
            f"{agreement.starts} to {agreement.ends}. Renew it and send again.",
        )


def _check_order(
    vault: duckdb.DuckDBPyConnection, export: Export, mapping: Mapping
) -> None:
    """A full export must be the newest of its kind, and the only one of its day."""
    if export.provider.exports != "full":
        return
    landed = vault.execute(
        """
        select export_date, file_name from vault.exports
        where provider = ? and file_kind = ? and state = 'landed'
        order by export_date desc, received_at desc limit 1
        """,
        [export.provider.provider, mapping.file_kind],
    ).fetchone()
    if landed is None or export.export_date > landed[0]:
        return
    if export.export_date < landed[0]:
        raise ExportRefused(
            "older_than_last",
            f"This export is of {export.export_date}; one of {landed[0]} has landed. "
            "Send the newest, or correct the date in the file's name.",
        )
    if export.file_name != landed[1]:
        raise ExportRefused(
            "second_of_its_day",
            f"A full export of this kind and day has landed as {landed[1]!r}, and this "
            "one would withdraw its rows. Send one file for all rows; to correct one, "
            "send it under the same name or with a later date.",
        )


def _check_not_empty(
    vault: duckdb.DuckDBPyConnection, export: Export, mapping: Mapping, rows: int
) -> None:
    """A full export without a row would withdraw everything that is live."""
    if rows or export.provider.exports != "full":
        return
    live = vault.execute(
        """
        select count(*) from vault.rows
        where provider = ? and file_kind = ? and is_live
        """,
        [export.provider.provider, mapping.file_kind],
    ).fetchone()
    if live and live[0]:
        raise ExportRefused(
            "no_rows",
            f"The file has headings and no rows, while {live[0]} rows of the last "
            "export are live. Export again; nothing was withdrawn.",
        )


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
    if result.state == "refused":
        events.emit(
            "export.refused",
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
