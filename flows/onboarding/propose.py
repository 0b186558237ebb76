"""A proposal for one file of a sample: columns, row key, datasets, and every doubt."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Any

import duckdb

from flows.layouts import load_layout
from flows.onboarding.datasets import choose_datasets, fields_of, needed_fields
from flows.onboarding.keys import find_row_key
from flows.onboarding.names import Candidate, Names, field_kind
from flows.onboarding.profile import Profile
from flows.onboarding.proposal import Proposal
from flows.onboarding.proposer import Proposer
from flows.onboarding.recognise import Match
from flows.onboarding.sample import Sample
from flows.provider_files import OWN

_DIGITS = re.compile(r"\d+")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def propose_own(
    connection: duckdb.DuckDBPyConnection,
    sample: Sample,
    names: Names,
    profiles: list[Profile],
) -> Proposal:
    """Propose how a file of no shipped layout is read."""
    found = {p.heading: names.find(p.heading) for p in profiles}
    choice = choose_datasets(names.sector, found)
    proposal = Proposal(choice.lands[0], OWN, sample, lands=choice.lands)
    if choice.doubt:
        question = f"What is each row of this file about? {choice.doubt}"
        proposal.doubt("", question, f"lands {', '.join(choice.lands)}", "")
    proposer = Proposer(names, proposal, profiles)
    proposer.fill(profiles, fields_of(names.sector, choice.lands))
    _doubt_needs(proposal, proposer, names.sector)
    filled = {heading: name for name, heading in proposer.taken.items()}
    key = find_row_key(connection, names.sector, choice.lands, filled, profiles)
    proposal.row_key = key.headings
    if key.doubt:
        proposal.doubt("", key.doubt, f"row_key {list(key.headings)}", key.evidence)
    dated = [p for p in profiles if _is_date(names.sector, filled.get(p.heading))]
    proposal.dates = _list_formats(dated)
    if dated and not proposal.dates:
        question = "No date was seen: how are dates written?"
        proposal.doubt("", question, "own_dates as in most British exports", "")
    proposal.blanks = tuple(sorted({b for p in profiles for b in p.blanks}))
    if proposal.blanks:
        question = "Do these texts stand for nothing, whichever column they are in?"
        proposal.doubt("", question, f"own_blanks {list(proposal.blanks)}", "")
    if _DIGITS.search(_DAY.sub("", PurePath(sample.name).stem)):
        question = "Which part of the file's name changes from export to export?"
        proposal.doubt("", question, f"match {proposal.patterns}", "one name was seen")
    return proposal


def propose_known(
    sample: Sample, match: Match, names: Names, profiles: list[Profile]
) -> Proposal:
    """Propose how a file of a shipped layout is read, where it is not as it says."""
    layout, file = load_layout(match.layout), match.file
    proposal = Proposal(
        match.kind,
        match.layout,
        sample,
        match=match,
        lands=file.lands,
        row_key=file.row_key,
        not_collected=match.missing,
    )
    proposer = Proposer(names, proposal, profiles)
    proposer.formats = layout.dates
    headings = {heading.casefold(): heading for heading in file.columns}
    for profile in profiles:
        heading = headings.get(profile.heading.casefold(), "")
        for target in file.columns.get(heading, ()):
            proposer.taken[target.to] = profile.heading
            if not target.checked and not target.when:
                known = Candidate(target.to, "exact", target, f"layout {match.layout}")
                proposer.judge(profile, known, is_fixed=True)
    for heading in match.missing:
        question = f"The layout {match.layout} has this column and the file has not."
        proposal.doubt(heading, question, "not_collected", "no such heading")
    wanted = [p for p in profiles if p.heading in match.unknown]
    proposer.fill(wanted, fields_of(names.sector, file.lands))
    for profile in wanted:
        if profile.heading not in {d.column for d in proposal.doubts}:
            question = f"The layout {match.layout} does not have this column."
            entry = proposal.columns.get(profile.heading, "ignored")
            proposal.doubt(profile.heading, question, _tell(entry), profile.words)
    _doubt_needs(proposal, proposer, names.sector)
    return proposal


def _doubt_needs(proposal: Proposal, proposer: Proposer, sector: str) -> None:
    for name, dataset in needed_fields(sector, proposal.lands).items():
        if name not in proposer.taken:
            proposal.doubt(
                "",
                f"Every row of {dataset} needs {name}: which column has it?",
                "none",
                "no heading and no shape was like it",
            )


def _tell(entry: str | dict[str, Any]) -> str:
    if entry == "ignored":
        return "ignored"
    return f"read as {entry if isinstance(entry, str) else entry['to']}"


def _is_date(sector: str, name: str | None) -> bool:
    return name is not None and field_kind(sector, name) in ("date", "birth_date")


def _list_formats(profiles: list[Profile]) -> list[str]:
    """List the formats of dates, those that most rows have first."""
    found: dict[str, int] = {}
    for profile in profiles:
        for form in profile.date_formats:
            found[form] = found.get(form, 0) + profile.dates[form]
    return sorted(found, key=lambda form: -found[form])
