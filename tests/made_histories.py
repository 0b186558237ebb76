"""Histories of exports: sent in any order, and told by the documented rule.

The rule is the one in ``flows/landing/reconcile.py``, told once more in the plainest
way, so that a test may compare what the vault and the landed facts say with it.
"""

from __future__ import annotations

import datetime as dt
from contextlib import ExitStack
from dataclasses import dataclass, field

import duckdb

from flows.events import EventLog
from flows.exports import release_export
from flows.gating.views import live_rows
from flows.ingest import ingest
from flows.keys import Keys
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
    """One export: its day (from 1 January 2026), how it is meant, and its lines.

    Attributes:
        torn: it ends with a line that cannot be read.
        blanks: empty lines at its end, so that no two files need be alike.
    """

    day: int
    rows: tuple[Row, ...]
    mode: str = "full"
    torn: bool = False
    blanks: int = 0

    @property
    def date(self) -> dt.date:
        return dt.date(2026, 1, 1) + dt.timedelta(days=self.day)

    def content(self, own: str) -> str:
        lines = [HEADER, *(row.line(own) for row in self.rows)]
        torn = ["torn,line"] if self.torn else []
        return "\n".join([*lines, *torn, *[""] * self.blanks, ""])

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
    open: ExitStack = field(default_factory=ExitStack)
    vault: duckdb.DuckDBPyConnection | None = None

    def ask(self, query: str, *values: str) -> list[tuple]:
        """Ask the vault."""
        if self.vault is None:
            self.vault = self.open.enter_context(open_vault(self.place, self.keys))
        return self.vault.execute(query, values).fetchall()

    def close(self) -> None:
        """Close the vault, so that another may open it."""
        self.open.close()
        self.vault = None

    def send(self, own: str, batch: list[Sent], **changes: object) -> None:
        """Drop exports at once, run, and release what is held until nothing is."""
        self.results = []
        provider = make_visited(own, batch[0].mode, **changes)
        folder = self.place.landing / own
        folder.mkdir(exist_ok=True)
        for sent in batch:
            path = folder / f"{own}_visits_{sent.date}.csv"
            path.write_text(sent.content(own))
        for _ in range(5):
            self._run(provider)
            held = self.ask("select export_id from vault.exports where state = 'held'")
            if not held:
                return
            self.close()
            for (export_id,) in held:
                release_export(self.place, self.keys, export_id, "the test says so")
        raise AssertionError("an export is held whatever it is released from")

    def _run(self, provider: Provider) -> None:
        self.ask("select 1")
        args = (self.place, self.keys, self.vault, {provider.provider: provider})
        events = EventLog(self.place, "test-run")
        assert receive(*args, events, quiet_seconds=0) == []
        self.results += ingest(*args, events)
        assert {result.state for result in self.results} <= {"landed", "held"}

    def rows(self, own: str) -> dict[str, tuple]:
        """What the vault says of every row: seen, withdrawn, deleted, live."""
        found = self.ask(
            """
            select row_key, seen // 1000000000000, withdrawn // 1000000000000,
                is_deleted, is_live
            from vault.rows where provider = ?
            """,
            own,
        )
        return {
            key.removeprefix(own): (_as_date(seen), _as_date(withdrawn), *flags)
            for key, seen, withdrawn, *flags in found
        }

    def live(self, own: str) -> dict[str, str | None]:
        """What the stages without the vault take for live: row -> its code."""
        folder = self.place.landed / "offending" / "supervision_contacts"
        self.ask(live_rows("live", folder, self.place))
        found = self.ask(
            """
            select rows.row_key, live.contact_code from live
            join vault.rows as rows on rows.row_id = live._row_id::uuid
            where live._provider = ?
            """,
            own,
        )
        self.ask("drop view live")
        return {key.removeprefix(own): code for key, code in found}

    def ledger(self, own: str) -> list[tuple[str, str | None]]:
        """Id of every export, and of the one it repeats, in order of their days."""
        return self.ask(
            "select export_id, repeats from vault.exports where provider = ? "
            "order by stamp",
            own,
        )

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
