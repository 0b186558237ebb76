"""The HTML form of a receipt: what a data lead reads first, on paper or a telephone.

It needs no network and no JavaScript. Rows are shown up to a limit, and it says so.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Template

from flows.pages import open_templates
from flows.receipts.compare import Change, Point, compare, list_trend
from flows.receipts.facts import MOST_EXAMPLES, Problem, Receipt, RowFault
from flows.rules import ListedRule, find_rule, is_known

_SHOWN_AT_ONCE = 5
_FIRST_STEPS = 3

CHANGES: dict[str, str] = {
    "came_back": "came back",
    "new": "new",
    "up": "more than before",
    "down": "fewer than before",
    "gone": "gone",
    "not_asked": "not asked this time",
    "same": "as before",
}


@dataclass(frozen=True)
class Finding:
    """One problem as it is shown: its words, its first rows, how it has changed."""

    anchor: str
    problem: Problem
    rule: ListedRule
    change: Change | None

    @property
    def rows(self) -> tuple[RowFault, ...]:
        """The rows to show: a remark on the whole file has no row."""
        return tuple(f for f in self.problem.examples[:MOST_EXAMPLES] if f.line)

    @property
    def first(self) -> tuple[RowFault, ...]:
        """The rows to show at once; a remark's rows wait until they are asked for."""
        is_out = self.problem.severity == "quarantine"
        return self.rows[:_SHOWN_AT_ONCE] if is_out else ()

    @property
    def others(self) -> tuple[RowFault, ...]:
        """The rows to show when asked for."""
        return self.rows[len(self.first) :]


def render_html(receipt: Receipt, csv_name: str, json_name: str) -> str:
    """Write a receipt as one HTML page.

    Args:
        receipt: its ``faults`` are not read, only the examples of its problems.
        csv_name: name of the file beside it that lists every row.
        json_name: name of the file beside it for programs.
    """
    changes = compare(receipt)
    findings = _list_findings(receipt, changes)
    return _template().render(
        receipt=receipt,
        title=_title(receipt),
        steps=[f for f in findings if f.rows][:_FIRST_STEPS],
        out=[f for f in findings if f.problem.severity == "quarantine"],
        remarks=[f for f in findings if f.problem.severity == "warning"],
        placeholders=[p for p in receipt.problems if _is_placeholder(p)],
        changes=[change for change in changes if change.kind != "same"],
        same=sum(change.kind == "same" for change in changes),
        trend=list_trend(receipt),
        why_rule=find_rule(receipt.why.rule) if receipt.why else None,
        names={"csv": csv_name, "json": json_name},
    )


def _title(receipt: Receipt) -> str:
    kind = receipt.kind.replace("_", " ").capitalize() or "A file"
    return f"{kind}, {_day(receipt.export_day)}"


def _list_findings(receipt: Receipt, changes: tuple[Change, ...]) -> list[Finding]:
    by_key = {(change.rule, change.column): change for change in changes}
    return [
        Finding(
            f"problem-{place}",
            problem,
            find_rule(problem.rule),
            by_key.get((problem.rule, problem.column)),
        )
        for place, problem in enumerate(receipt.problems, start=1)
        if not _is_placeholder(problem)
    ]


def _is_placeholder(problem: Problem) -> bool:
    """Tell whether a problem is a stand-in for 'not known': these are only counted."""
    return (problem.rule, problem.severity) == ("placeholder", "warning")


@lru_cache
def _template() -> Template:
    environment = open_templates(Path(__file__).parent)
    environment.filters |= _FILTERS
    environment.globals["change_words"] = CHANGES
    return environment.get_template("receipt.html")


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"


def _moment(moment: dt.datetime) -> str:
    """Write a moment; one without a zone is UTC already."""
    moment = moment.astimezone(dt.UTC) if moment.tzinfo else moment
    return f"{_day(moment)} at {moment:%H:%M} UTC"


def _size(size: int) -> str:
    for unit, step in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= step:
            return f"{size / step:,.1f} {unit}"
    return _count(size, "byte")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _percent(share: float | None) -> str:
    """Write a share; one that is not quite none or all never looks like it."""
    if share is None:
        return "no rows"
    if 0 < share < 0.001:
        return "under 0.1%"
    return f"{min(share * 100, 99.9 if share < 1 else 100):.1f}%"


def _rule_words(rule: str) -> str:
    return find_rule(rule).means if is_known(rule) else f"{rule} (no longer asked)"


def _widest(trend: tuple[Point, ...]) -> float:
    """The longest bar of a trend: the scale of them all."""
    shares = [(p.out or 0) + (p.remarked or 0) for p in trend]
    return max(shares, default=0) or 1


_FILTERS: dict[str, Any] = {
    "day": _day,
    "moment": _moment,
    "size": _size,
    "count": _count,
    "percent": _percent,
    "rule_words": _rule_words,
    "widest": _widest,
}
