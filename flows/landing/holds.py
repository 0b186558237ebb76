"""Holds: an export that could land but is suspicious waits for an operator.

Each rule looks at one thing, in the order of ``hold_rules.py``; the first that finds
something holds the export. A rule an operator has released this export from is passed
over, the others are not. Words hold counts, days and ids, never a value from a row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from collections.abc import Mapping as Named
from dataclasses import dataclass

import duckdb

from flows.landing.facts import Export
from flows.landing.hold_rules import FEWEST_ROWS, Hold
from flows.landing.volume import RULE as VOLUME
from flows.landing.volume import expect_rows
from flows.landing.whose import find_foreign_codes, find_other_name
from flows.mappings import Mapping, Provider


@dataclass(frozen=True)
class ReadCounts:
    """What is known of an export that was read and judged, before any of it lands.

    Attributes:
        rows: lines that should be rows.
        quarantined: rows that would not land.
        live: rows of this provider and kind that are live now.
        withdrawn: live rows that would no longer be.
        codes: distinct codes found in the column that names the provider.
    """

    rows: int
    quarantined: int
    live: int
    withdrawn: int
    codes: frozenset[str] = frozenset()


def find_hold_before_reading(
    vault: duckdb.DuckDBPyConnection,
    export: Export,
    mapping: Mapping,
    providers: Named[str, Provider],
) -> Hold | None:
    """Find what holds an export by its agreement, its name and its day.

    Args:
        vault: a connection with the vault attached.
        export: the export.
        mapping: says which kind of file it is.
        providers: every provider of the place, by name.
    """
    found = (
        _check_agreement(export, dt.datetime.now(dt.UTC).date()),
        find_other_name(export, providers),
        *_check_order(vault, export, mapping),
    )
    return _first(vault, export, found)


def find_hold_after_reading(
    vault: duckdb.DuckDBPyConnection,
    export: Export,
    mapping: Mapping,
    counts: ReadCounts,
) -> Hold | None:
    """Find what holds an export by what is in it, and by what landed meanwhile.

    The files of one day are read before the first of them lands, so that only now a
    second one of a kind can be told.

    Args:
        vault: a connection with the vault attached.
        export: the export.
        mapping: how it was read.
        counts: what was found in it.
    """
    found = (
        *_check_order(vault, export, mapping),
        find_foreign_codes(export, mapping, counts.codes),
        _check_volume(vault, export, mapping, counts),
        _check_quarantined(export, counts),
        _check_withdrawn(export, counts),
    )
    return _first(vault, export, found)


def _first(
    vault: duckdb.DuckDBPyConnection, export: Export, found: Collection[Hold | None]
) -> Hold | None:
    """Give the first hold whose rule the export was not released from."""
    row = vault.execute(
        "select coalesce(released_rules, []) from vault.exports where export_id = ?",
        [export.export_id],
    ).fetchone()
    released = row[0] if row else []
    return next((hold for hold in found if hold and hold.rule not in released), None)


def _check_agreement(export: Export, today: dt.date) -> Hold | None:
    provider = export.provider
    where = f"flows/providers/{provider.sector}/{provider.provider}.yml"
    agreement = provider.agreement
    if agreement is None:
        return Hold(
            "agreement_missing",
            f"{provider.name} has no data-sharing agreement in {where}. Expected one "
            "that covers today. Enter it there, then release; without one, reject.",
        )
    if agreement.starts <= today <= agreement.ends:
        return None
    return Hold(
        "agreement_lapsed",
        f"Agreement {agreement.id} of {provider.name} covers {agreement.starts} to "
        f"{agreement.ends}; today is {today}. Renew it in {where}, then release; "
        "if it is over, reject.",
    )


def _check_order(
    vault: duckdb.DuckDBPyConnection, export: Export, mapping: Mapping
) -> list[Hold]:
    """A full export must be the newest of its kind, and the only one of its day."""
    if export.provider.exports != "full":
        return []
    landed = vault.execute(
        """
        select export_date, received_at, file_name, export_id from vault.exports
        where provider = ? and file_kind = ? and state = 'landed'
        order by export_date desc, received_at desc limit 1
        """,
        [export.provider.provider, mapping.file_kind],
    ).fetchone()
    if landed is None or export.export_date > landed[0]:
        return []
    day, received_at, file_name, landed_id = landed
    # Of one day, a file that waited here while its correction landed is the older.
    if (export.export_date, export.received_at) < (day, received_at):
        words = (
            f"This export is of {export.export_date}; one of {day} that came later has "
            f"landed as {landed_id}. Expected the newest. Have it sent, or the date in "
            "the file's name corrected; released, it adds what it alone holds and "
            "takes back nothing that is newer."
        )
        return [Hold("older_than_last", words)]
    if export.file_name == file_name:
        return []
    words = (
        f"A full export of this kind and day ({day}) has landed under another name as "
        f"{landed_id}, and this one would withdraw its rows. Have one file sent for "
        "all rows; a correction comes under the same name or a later date."
    )
    return [Hold("second_of_its_day", words)]


def _check_volume(
    vault: duckdb.DuckDBPyConnection,
    export: Export,
    mapping: Mapping,
    counts: ReadCounts,
) -> Hold | None:
    if not counts.rows and counts.live and export.provider.exports == "full":
        return Hold(
            VOLUME,
            f"The file has headings and no rows, while {counts.live:,} rows of the "
            "last export are live and would be withdrawn. Have it exported again.",
        )
    ranges = expect_rows(vault, export, mapping)
    if not ranges or any(r.low <= counts.rows <= r.high for r in ranges):
        return None
    listed = " or ".join(f"{r.low:,} to {r.high:,}" for r in ranges)
    return Hold(
        VOLUME,
        f"The file has {counts.rows:,} rows; expected {listed}, learned from what "
        f"landed before ({ranges[0].history} of this kind). Ask what changed; release "
        "if it is so.",
    )


def _check_quarantined(export: Export, counts: ReadCounts) -> Hold | None:
    limit = export.provider.hold_over_quarantined
    if counts.rows < FEWEST_ROWS or counts.quarantined <= limit * counts.rows:
        return None
    return Hold(
        "too_many_quarantined",
        f"{counts.quarantined:,} of {counts.rows:,} rows would be quarantined; "
        f"expected at most {limit:.0%}. The receipt names every line. Have it put "
        "right and sent again; release to land the sound rows now.",
    )


def _check_withdrawn(export: Export, counts: ReadCounts) -> Hold | None:
    limit = export.provider.hold_over_withdrawn
    if export.provider.exports != "full" or counts.live < FEWEST_ROWS:
        return None
    if counts.withdrawn <= limit * counts.live:
        return None
    return Hold(
        "many_withdrawn",
        f"{counts.withdrawn:,} of {counts.live:,} live rows are not in this full "
        f"export and would be withdrawn; expected at most {limit:.0%}. Ask whether it "
        "is whole; release if the rows are truly gone.",
    )
