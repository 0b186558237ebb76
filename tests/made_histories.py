"""Histories of exports: sent in any order, and told by the documented rule.

The rule is the one in ``flows/landing/reconcile.py``, told once more in the plainest
way, so that a test may compare what the vault and the landed facts say with it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from flows.duck import quote_text
from flows.events import EventLog
from flows.exports import release_export
from flows.gating.views import live_rows
from flows.ingest import ingest
from flows.keys import Keys
from flows.landing.held import list_held
from flows.landing.results import ExportResult
from flows.paths import Place
from flows.provider_files import Provider
from flows.receive import receive
from flows.vault import open_vault
from tests.conftest import make_provider

HEADER = "ID,PERSON,DATE,CODE,GONE"
FILE = {
    "match": ["*_visits_*"],
    "row_key": ["ID"],
    "lands": ["supervision_contacts"],
    "deleted_when": "GONE",
    "period_field": "contact_date",
    "columns": {
        "ID": "contact_id",
        "PERSON": "record_id",
        "DATE": "contact_date",
        "CODE": "contact_code",
    },
}


@dataclass(frozen=True)
class Row:
    """One line: a key and what it says; bad, its date is none."""

    key: str
    code: str = "A"
    month: int = 1
    deleted: bool = False
    bad: bool = False

    def line(self, own: str) -> str:
        date = "2026-02-31" if self.bad else f"2026-{self.month:02}-05"
        return f"{own}{self.key},{own}p,{date},{self.code},{int(self.deleted)}"

    @property
    def is_sound(self) -> bool:
        return self.deleted or not self.bad


@dataclass(frozen=True)
class Sent:
    """One export: its day (from 1 January 2026), how it is meant, and its lines."""

    day: int
    rows: tuple[Row, ...]
    mode: str = "full"
    torn: bool = False

    @property
    def date(self) -> dt.date:
        return dt.date(2026, 1, 1) + dt.timedelta(days=self.day)

    def content(self, own: str) -> str:
        lines = [HEADER, *(row.line(own) for row in self.rows)]
        return "\n".join([*lines, *(["torn,line"] if self.torn else []), ""])

    def first(self) -> dict[str, Row]:
        """A key given twice counts where it comes first."""
        return {row.key: row for row in reversed(self.rows)}

    def covers(self, row: Row) -> bool:
        if self.torn or self.mode == "delta":
            return False
        return self.mode == "full" or row.month == self.date.month


@dataclass(frozen=True)
class Known:
    """What is to be known of a row: values and days, as the rule says."""

    code: str
    seen: dt.date
    withdrawn: dt.date | None
    is_deleted: bool

    @property
    def is_live(self) -> bool:
        return not self.is_deleted and self.withdrawn is None


def tell_by_rule(history: list[Sent]) -> dict[str, Known]:
    """The documented rule, row by row, over all exports in order of their days."""
    ordered = sorted(history, key=lambda sent: sent.day)
    known = {}
    for key in {row.key for sent in ordered for row in sent.rows}:
        held = [(n, sent.first()[key]) for n, sent in enumerate(ordered)
                if key in sent.first()]  # fmt: skip
        readable = [(n, row) for n, row in held if row.is_sound]
        if not readable:
            continue
        place, row = readable[-1]
        lacking = [
            sent.date
            for sent in ordered[place + 1 :]
            if key not in sent.first() and sent.covers(row)
        ]
        known[key] = Known(
            row.code,
            ordered[place].date,
            None if row.deleted else next(iter(lacking), None),
            row.deleted,
        )
    return known


@dataclass
class Office:
    """A place whose vault stays open: opening it costs more than landing a file."""

    place: Place
    keys: Keys
    results: list[ExportResult] = field(default_factory=list)

    def send(self, own: str, batch: list[Sent], **changes: object) -> None:
        """Drop exports at once, run, and release what is held until nothing is."""
        provider = make_visited(own, batch[0].mode, **changes)
        folder = self.place.landing / own
        folder.mkdir(exist_ok=True)
        for sent in batch:
            path = folder / f"{own}_visits_{sent.date}.csv"
            path.write_text(sent.content(own))
        for _ in range(5):
            held = self._run(provider)
            if not held:
                return
            for export_id in held:
                release_export(self.place, self.keys, export_id, "the test says so")
        raise AssertionError("an export is held whatever it is released from")

    def _run(self, provider: Provider) -> list[str]:
        events = EventLog(self.place, "test-run")
        args = (self.place, self.keys)
        with open_vault(*args) as vault:
            rest = (vault, {provider.provider: provider}, events)
            assert receive(*args, *rest, quiet_seconds=0) == []
            self.results = ingest(*args, *rest)
            assert {result.state for result in self.results} <= {"landed", "held"}
            return [held.export_id for held in list_held(vault)]

    def rows(self, own: str) -> dict[str, tuple]:
        """What the vault says of every row: seen, withdrawn, deleted, live."""
        with open_vault(self.place, self.keys, read_only=True) as vault:
            found = vault.execute(
                """
                select row_key, seen // 1000000000000, withdrawn // 1000000000000,
                    is_deleted, is_live
                from vault.rows where provider = ?
                """,
                [own],
            ).fetchall()
        return {
            key.removeprefix(own): (_as_date(seen), _as_date(withdrawn), *flags)
            for key, seen, withdrawn, *flags in found
        }

    def live(self, own: str) -> dict[str, str]:
        """What the stages without the vault take for live: row -> its code."""
        with open_vault(self.place, self.keys, read_only=True) as vault:
            folder = self.place.landed / "offending" / "supervision_contacts"
            vault.execute(live_rows("live", folder, self.place))
            found = vault.execute(
                "select rows.row_key, live.contact_code from live join vault.rows "
                "as rows on rows.row_id = live._row_id::uuid where live._provider = "
                + quote_text(own)
            ).fetchall()
        return {key.removeprefix(own): code for key, code in found}

    def check(self, own: str, history: list[Sent]) -> None:
        known = tell_by_rule(history)
        assert self.rows(own) == {
            key: (row.seen, row.withdrawn, row.is_deleted, row.is_live)
            for key, row in known.items()
        }
        live = {key: row.code for key, row in known.items() if row.is_live}
        assert self.live(own) == live


def make_visited(own: str, mode: str, **changes: object) -> Provider:
    content: dict[str, object] = {
        "exports": mode,
        "own_files": {"visits": FILE},
        "own_dates": ["%Y-%m-%d"],
        "hold_over_quarantined": 1.0,
        "hold_over_withdrawn": 1.0,
    }
    content["layouts"] = ()
    return make_provider(own, "offending", "own", **content | changes)


def _as_date(days: int | None) -> dt.date | None:
    return None if days is None else dt.date(2020, 1, 1) + dt.timedelta(days=days)
