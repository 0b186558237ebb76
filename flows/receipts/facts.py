"""What a receipt says: facts alone, before any of the three forms it is written in.

A fault names the provider's own row by the provider's own key. That key is shown in the
provider's own outbox and nowhere else: no log, event or screen may repeat it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from flows.errors import PipelineError
from flows.reading.faults import Severity

MOST_EXAMPLES = 200
"""How many rows of one problem the HTML form shows; the CSV form lists them."""

MOST_REMARKS = 5_000
"""How many remarks of one problem are listed; rows left out are listed, every one."""

State = Literal["landed", "refused", "held"]
ProblemKey = tuple[str, str]
"""A rule and the heading of the column it is about (empty: the whole row)."""


@dataclass(frozen=True)
class RowFault:
    """One fault of one row.

    Attributes:
        line: line of the file (row of the sheet), counted from 1; 0 for the whole file.
        row_id: the provider's own key of the row; empty where it could not be read.
        column: heading of the column; empty for the whole row.
        rule: stable rule id, see ``flows/rules.py``.
        severity: whether the row stays out or lands with a remark.
        detail: counts and headings only, never a value.
    """

    line: int
    row_id: str
    column: str
    rule: str
    severity: Severity
    detail: str = ""


@dataclass(frozen=True)
class Problem:
    """One rule that found something in one column.

    Attributes:
        count: how many faults there are, of which ``examples`` are the first.
        examples: in the order of the file; at most ``MOST_EXAMPLES`` are shown.
    """

    rule: str
    column: str
    severity: Severity
    count: int
    examples: tuple[RowFault, ...] = ()

    @property
    def listed(self) -> int:
        """How many of its faults are listed one by one."""
        if self.severity == "quarantine":
            return self.count
        return min(self.count, MOST_REMARKS)


@dataclass(frozen=True)
class Counts:
    """What became of the rows of an export; of a held one, what would become of them.

    Attributes:
        rows_in: rows of the file; ``landed``, ``unchanged`` and ``quarantined`` sum
            to it.
        landed: rows that were new or changed.
        unchanged: rows that are as they were sent before.
        quarantined: rows left out.
        warned: rows that are in, with at least one remark.
        withdrawn: rows sent before that this export no longer holds.

    Raises:
        PipelineError: the sum is another.
    """

    rows_in: int
    landed: int
    unchanged: int
    quarantined: int
    warned: int = 0
    withdrawn: int = 0

    def __post_init__(self) -> None:
        """A receipt whose counts do not sum is worse than none."""
        if self.rows_in != self.landed + self.unchanged + self.quarantined:
            raise PipelineError(
                f"A receipt does not balance: {self.rows_in} rows in, {self.landed} "
                f"landed, {self.unchanged} unchanged, {self.quarantined} quarantined."
            )


@dataclass(frozen=True)
class Past:
    """One earlier export of the same kind whose rows were judged.

    Attributes:
        day: the day of the export.
        found: (rule, column) -> how many faults.
        not_asked: rules that could not be asked then: they say nothing of that day.
    """

    day: dt.date
    rows_in: int
    landed: int
    quarantined: int
    warned: int
    found: Mapping[ProblemKey, int] = field(default_factory=dict)
    not_asked: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Why:
    """Why an export was refused or is held.

    Attributes:
        rule: stable rule id.
        words: what was found in this file and what to do.
        line: the line it was found in, where there is one.
    """

    rule: str
    words: str
    line: int | None = None


@dataclass(frozen=True)
class Receipt:
    """All that one provider is told of one export.

    Attributes:
        provider: the provider's short name; ``provider_name`` in words.
        size_bytes: size of the file as it came.
        received_at: when it was taken in (UTC).
        kind: file kind of the layout; empty where it could not be told.
        layout: the layout and version; empty where it could not be told.
        layout_told: how the version was told, in words.
        read_as: how the file was read, in words.
        counts: none where no row was read.
        why: of a refused or held export alone.
        problems: each rule and column that found something, with the first rows.
        faults: every fault in the order of the file. Each form iterates it anew, so it
            is a list or an object that starts again, never an iterator.
        not_asked: (rule, why) of each rule that could not be asked.
        past: earlier exports of this provider and kind, oldest first.

    Raises:
        PipelineError: state and ``why`` disagree, or ``faults`` can be read only once.
    """

    export_id: str
    provider: str
    provider_name: str
    file_name: str
    size_bytes: int
    received_at: dt.datetime
    export_day: dt.date
    state: State
    kind: str = ""
    layout: str = ""
    layout_told: str = ""
    read_as: str = ""
    counts: Counts | None = None
    why: Why | None = None
    problems: tuple[Problem, ...] = ()
    faults: Iterable[RowFault] = ()
    not_asked: tuple[tuple[str, str], ...] = ()
    past: tuple[Past, ...] = ()

    def __post_init__(self) -> None:
        """Catch here what would otherwise be a receipt that misleads."""
        if (self.state == "landed") == (self.why is not None):
            raise PipelineError(
                f"Receipt of export {self.export_id}: it is {self.state}; a reason is "
                "given for refused and held exports, and for them alone."
            )
        if isinstance(self.faults, Iterator):
            raise PipelineError(
                f"Receipt of export {self.export_id}: faults can be read only once; "
                "give a list, or an object that starts again."
            )

    @property
    def found(self) -> dict[ProblemKey, int]:
        """(rule, column) -> how many faults, whatever their severity."""
        total: dict[ProblemKey, int] = {}
        for problem in self.problems:
            key = (problem.rule, problem.column)
            total[key] = total.get(key, 0) + problem.count
        return total


def spell_row_id(row_key: str) -> str:
    """Write a row's key for a reader: its parts, which char 31 separates, with bars."""
    return row_key.replace("\x1f", " | ")


def collect_problems(
    faults: Iterable[RowFault], most: int = MOST_EXAMPLES
) -> tuple[Problem, ...]:
    """Count faults by rule, column and severity, and keep the first of each.

    Args:
        faults: in the order of the file; read once, never held as a whole.
        most: how many examples to keep of each problem.

    Returns:
        problems that left rows out first, then those with the most rows.
    """
    counts: dict[tuple[str, str, Severity], int] = {}
    examples: dict[tuple[str, str, Severity], list[RowFault]] = {}
    for fault in faults:
        key = (fault.rule, fault.column, fault.severity)
        counts[key] = counts.get(key, 0) + 1
        kept = examples.setdefault(key, [])
        if len(kept) < most:
            kept.append(fault)
    return sort_problems(
        Problem(*key, count, tuple(examples[key])) for key, count in counts.items()
    )


def sort_problems(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Order problems: those that left rows out first, then those with the most rows."""
    return tuple(
        sorted(
            problems,
            key=lambda p: (p.severity != "quarantine", -p.count, p.rule, p.column),
        )
    )
