"""The content of a provider file, put together from what is proposed for each file."""

from __future__ import annotations

import datetime as dt
import re
from itertools import chain, count
from typing import Any

from flows.layouts import load_layout
from flows.onboarding.proposal import Proposal
from flows.onboarding.recognise import Match
from flows.onboarding.shapes import list_rivals
from flows.onboarding.yaml_file import Reasoned
from flows.provider_files import OWN, Doubt
from flows.versions import is_named_like

_CHANGING = re.compile(r"[^a-z]+")
_AGREEMENT_DOUBTS = (
    ("Under which agreement, from when to when, for which recipients?", "agreement"),
    ("How often does it send?", "cadence"),
    (
        "Is an export every row (full), what changed (delta), or a period?",
        "exports",
    ),
)


def describe_provider(
    name: str, sector: str, proposals: list[Proposal]
) -> dict[str, Any]:
    """Give the content of the provider file."""
    today = dt.datetime.now(dt.UTC).date()
    agreement = {"id": "none yet", "starts": today, "ends": today, "recipients": []}
    content: dict[str, Any] = {
        "provider": name,
        "name": name.replace("_", " ").title(),
        "sector": sector,
        "layouts": sorted({p.layout for p in proposals} - {OWN}),
        "agreement": agreement,
        "cadence": "monthly",
        "exports": "full",
    }
    known = [p for p in proposals if p.match is not None]
    own = _name_apart([p for p in proposals if p.match is None], known)
    parts = {
        "files": {p.kind: p.patterns for p in known if not _fits(p, p.match)},
        "not_collected": {
            p.kind: list(p.not_collected) for p in known if p.not_collected
        },
        "columns": {p.kind: p.columns for p in known if p.columns},
        "ignored": {p.kind: _reasoned(p) for p in known if p.ignored},
        "own_dates": _list_dates(own),
        "own_blanks": sorted({blank for p in own for blank in p.blanks}),
        "own_files": {p.kind: _describe_file(p) for p in own},
    }
    content |= {key: value for key, value in parts.items() if value}
    doubts = [
        Doubt(question=question, proposed=_shown(content[key]))
        for question, key in _AGREEMENT_DOUBTS
    ]
    doubts += _doubt_dates(content)
    doubts += [doubt for proposal in proposals for doubt in proposal.named_doubts]
    content["doubts"] = [
        {key: value for key, value in doubt.model_dump().items() if value}
        for doubt in doubts
    ]
    return content


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else "none yet: nothing may be read"


def _fits(proposal: Proposal, match: Match | None) -> bool:
    return match is not None and is_named_like(proposal.sample.name, match.file.match)


def _name_apart(own: list[Proposal], known: list[Proposal]) -> list[Proposal]:
    """Give each kind of own file a name of its own."""
    layouts = {proposal.layout for proposal in known}
    used = {kind for layout in layouts for kind in load_layout(layout).files}
    for proposal in own:
        slug = _CHANGING.sub("_", proposal.sample.name.lower()).strip("_")
        base = (proposal.kind, f"own_{proposal.kind}", slug, f"own_{slug}")
        free = (name for name in chain(base, (f"{slug}_{n}" for n in count(2))))
        proposal.kind = next(name for name in free if name not in used)
        used.add(proposal.kind)
    return own


def _doubt_dates(content: dict[str, Any]) -> list[Doubt]:
    """Doubt formats that the same text could be read in, with two results."""
    formats = content.get("own_dates", [])
    rivals = [f for f in formats if set(list_rivals(f)) & set(formats)]
    if not rivals:
        return []
    question = "Different columns write dates in rival ways: how are they told apart?"
    return [Doubt(question=question, proposed=f"the first of {rivals} that fits")]


def _list_dates(own: list[Proposal]) -> list[str]:
    """List date formats over all own files; the common British ones if none is seen."""
    seen = list(dict.fromkeys(form for p in own for form in p.dates))
    return seen or (["%d/%m/%Y", "%Y-%m-%d"] if own else [])


def _describe_file(proposal: Proposal) -> dict[str, Any]:
    sample = proposal.sample
    content: dict[str, Any] = {
        "match": proposal.patterns,
        "sheet": sample.sheet,
        "header_row": sample.header_row if sample.header_row > 1 else None,
        "row_key": list(proposal.row_key),
        "lands": list(proposal.lands),
        "columns": proposal.columns,
        "ignored": _reasoned(proposal),
    }
    return {k: v for k, v in content.items() if v or k in ("columns", "lands")}


def _reasoned(proposal: Proposal) -> list[Reasoned]:
    return [Reasoned(name, why) for name, why in proposal.ignored.items()]
