"""The case panel pack: some crises, and how systems met each person in the year before.

It is printed for a panel of local services and commissioners, and never published. A
case has a random id, by which the panel's findings come back as an export
(``panel_findings``); whose it is, the vault alone knows.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import duckdb

from flows.audit import append_entry, check_reason
from flows.contracts import parse_model, read_yaml
from flows.documents.cases import Case, PanelPolicy, choose_cases
from flows.documents.facts import say_day
from flows.documents.picture import draw_case
from flows.documents.written import check_target, write_document
from flows.duck import attach_encrypted, connect
from flows.errors import ActRefused
from flows.keys import Keys
from flows.landing.known import one_transaction, open_ledger
from flows.layouts import load_layout
from flows.pages import open_templates
from flows.paths import Place

FOLDER = Path(__file__).parent
PAGE = "cases.html"
FINDINGS = "partnership_panel_findings_template.csv"

_LAYOUT = "panel_findings"
# Letters and digits that nobody takes for one another in handwriting.
_SIGNS = "23456789ACDEFHJKMNPQRTWXY"
_LENGTH = 7


@dataclass(frozen=True)
class Pack:
    """What came of a request: the page, the form for findings, the ids of the cases."""

    page: Path
    findings: Path
    case_ids: tuple[str, ...]
    wanted: int


@lru_cache
def load_panel_policy() -> PanelPolicy:
    """Load what a pack shows and asks.

    Raises:
        MappingError: a key is missing, unknown or of the wrong kind.
    """
    path = FOLDER / "panel.yml"
    return parse_model(PanelPolicy, read_yaml(path), path)


def make_pack(
    place: Place,
    keys: Keys,
    wanted: int,
    out: Path,
    reason: str,
    as_name: str | None = None,
) -> Pack:
    """Write a pack, keep whose its cases are in the vault, and put it in the audit log.

    Args:
        place: the data folder.
        keys: must hold the identity branch, for the vault keeps whose a case is.
        wanted: how many cases; see :mod:`flows.documents.cases` for which.
        out: a folder that is new or empty.
        reason: why, at least five characters: which panel, and when.
        as_name: the operator's name, where the system's user is shared.

    Raises:
        ActRefused: no reason, a folder where others read, or nothing to show.
        SettingsError: the vault's key is not at hand.
        RunInProgress: a run is under way.
    """
    check_reason(reason)
    check_target(place, out)
    policy = load_panel_policy()
    # The vault is opened first: without it there is nothing to say of the marts.
    with open_ledger(place, keys) as vault, one_transaction(vault):
        named = _name_cases(vault, _read_cases(place, keys, wanted, policy))
        append_entry(place, "panel pack", list(named), reason, as_name)
        out.mkdir(mode=0o700, exist_ok=True)
        write_document(out / PAGE, _render(named, policy))
        write_document(out / FINDINGS, _make_form(list(named)))
    return Pack(out / PAGE, out / FINDINGS, tuple(named), wanted)


def _read_cases(
    place: Place, keys: Keys, wanted: int, policy: PanelPolicy
) -> list[Case]:
    if not place.warehouse.exists():
        raise ActRefused(
            f"There is no warehouse in {place.root} yet. First: commonground run. "
            "Nothing was written."
        )
    with connect(spill=place.root / ".spill") as connection:
        key = keys.for_facts("warehouse")
        attach_encrypted(connection, place.warehouse, "warehouse", key, read_only=True)
        return choose_cases(connection, place, wanted, policy)


def _name_cases(vault: duckdb.DuckDBPyConnection, cases: list[Case]) -> dict[str, Case]:
    """Give each case a random id that none ever had; in the order of these ids."""
    rows = vault.execute("select case_id from vault.panel_cases").fetchall()
    used = {case_id for (case_id,) in rows}
    named: dict[str, Case] = {}
    for case in cases:
        while (case_id := _draw_id()) in used or case_id in named:
            pass
        named[case_id] = case
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    vault.executemany(
        "insert into vault.panel_cases (case_id, person_id, crisis_id, made_at) "
        "values (?, ?, ?, ?)",
        [[i, case.person_id, case.crisis_id, now] for i, case in named.items()],
    )
    return dict(sorted(named.items()))


def _draw_id() -> str:
    return "PC-" + "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))


def _render(named: dict[str, Case], policy: PanelPolicy) -> str:
    columns = load_layout(_LAYOUT).files[_LAYOUT].columns
    spoken = {
        heading: list(target.values)
        for heading, (target, *_) in columns.items()
        if target.values
    }
    return (
        open_templates(FOLDER)
        .get_template("panel.html")
        .render(
            made_on=say_day(dt.datetime.now(dt.UTC).date()),
            cases=[
                (case_id, case, draw_case(case, policy))
                for case_id, case in named.items()
            ],
            policy=policy,
            spoken=spoken,
        )
    )


def _make_form(case_ids: list[str]) -> str:
    """The findings as ingest takes them: the layout's own headings, a row per case."""
    file = load_layout(_LAYOUT).files[_LAYOUT]
    text = io.StringIO()
    writer = csv.DictWriter(text, file.headers, restval="", lineterminator="\r\n")
    writer.writeheader()
    for case_id in case_ids:
        writer.writerow({"Finding ID": f"{case_id}-1", "Panel Case": case_id})
    return text.getvalue()
