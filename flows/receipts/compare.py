"""What changed since the exports before: new, gone and returned problems, the trend."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from flows.receipts.facts import Past, ProblemKey, Receipt
from flows.rules import is_known

LONGEST_TREND = 12
"""How many exports the trend shows: a year of monthly ones."""

ChangeKind = Literal["came_back", "new", "up", "down", "gone", "not_asked", "same"]


@dataclass(frozen=True)
class Change:
    """How one rule and column stand against the exports before.

    Attributes:
        kind: ``came_back``: there now, not in the export before, there in an earlier
            one. ``not_asked``: there before; this time the rule could not be asked.
        now: faults in this export.
        before: faults in the last export before it in which the rule was asked.
        seen: the last earlier export that had such faults.
    """

    kind: ChangeKind
    rule: str
    column: str
    now: int
    before: int
    seen: dt.date | None


@dataclass(frozen=True)
class Point:
    """One export of the trend.

    Attributes:
        out: share of rows left out, 0 to 1; none for an export without rows.
        remarked: share of rows that are in with a remark.
        is_now: it is the export of this receipt.
    """

    day: dt.date
    rows_in: int
    quarantined: int
    warned: int
    is_now: bool

    @property
    def out(self) -> float | None:
        """Share of rows left out."""
        return self.quarantined / self.rows_in if self.rows_in else None

    @property
    def remarked(self) -> float | None:
        """Share of rows that are in with a remark."""
        return self.warned / self.rows_in if self.rows_in else None


def compare(receipt: Receipt) -> tuple[Change, ...]:
    """Tell how each problem of a receipt stands against the exports before.

    Nothing is told of the first export of its kind, nor of one that was not read.
    """
    if receipt.counts is None:
        return ()
    gone_from_the_list = {
        rule for past in receipt.past for rule, _ in past.found if not is_known(rule)
    }
    not_asked = {rule for rule, _ in receipt.not_asked} | gone_from_the_list
    return list_changes(receipt.found, receipt.past, not_asked)


def list_changes(
    now: Mapping[ProblemKey, int],
    past: Sequence[Past],
    not_asked: Collection[str] = (),
) -> tuple[Change, ...]:
    """Compare what was found now with what was found before.

    Args:
        now: (rule, column) -> faults.
        past: earlier exports of the same kind, oldest first.
        not_asked: rules that could not be asked now.

    Returns:
        what came back first, then new, up, down, gone, not asked, same.
    """
    if not past:
        return ()
    keys = set(now) | {key for export in past for key in export.found}
    changes = [_change(key, now.get(key, 0), past, key[0] in not_asked) for key in keys]
    order = get_args(ChangeKind)
    return tuple(
        sorted(
            (change for change in changes if change.now or change.before),
            key=lambda c: (
                order.index(c.kind),
                -max(c.now, c.before),
                c.rule,
                c.column,
            ),
        )
    )


def _change(
    key: ProblemKey, now: int, past: Sequence[Past], is_not_asked: bool
) -> Change:
    asked = [export for export in past if key[0] not in export.not_asked]
    before = asked[-1].found.get(key, 0) if asked else 0
    days = [export.day for export in asked if export.found.get(key, 0)]
    seen = days[-1] if days else None
    kind: ChangeKind
    if not now:
        kind = "not_asked" if is_not_asked else "gone"
    elif not before:
        kind = "came_back" if seen else "new"
    elif now == before:
        kind = "same"
    else:
        kind = "up" if now > before else "down"
    return Change(kind, *key, now, before, seen)


def list_trend(receipt: Receipt) -> tuple[Point, ...]:
    """Give the last exports of this kind, oldest first; the newest is this one."""
    points = [
        Point(past.day, past.rows_in, past.quarantined, past.warned, is_now=False)
        for past in receipt.past
    ]
    if counts := receipt.counts:
        points.append(
            Point(
                receipt.export_day,
                counts.rows_in,
                counts.quarantined,
                counts.warned,
                is_now=True,
            )
        )
    return tuple(points[-LONGEST_TREND:])
