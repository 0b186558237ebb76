"""The CSV form of a receipt: every fault, one line each, safe in a spreadsheet."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from typing import TextIO

from flows.receipts.facts import Receipt, RowFault
from flows.rules import find_rule

HEADINGS = (
    "line",
    "row",
    "column",
    "rule",
    "what happened",
    "what was found",
    "what to do",
)
HAPPENED = {"quarantine": "left out", "warning": "remark"}
FATE = {"refused": "file refused", "held": "file held"}

# A spreadsheet whose list separator is not the comma splits at the others even inside
# quotes, so what follows one of them begins a cell, too.
_FORMULA = re.compile("(^|[;|\t\r\n])(\\s*)(?=[=+\\-@\uff1d\uff0b\uff0d\uff20])")


def write_csv(file: TextIO, receipt: Receipt) -> int:
    """Write the faults of a receipt, after the reason it was refused or held.

    Every row left out is listed; of remarks the first 5,000 of each problem.

    Args:
        file: open for text, with ``newline=""``.
        receipt: its faults are iterated, never held.

    Returns:
        number of faults written.
    """
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerow(HEADINGS)
    if why := receipt.why:
        guidance = find_rule(why.rule).guidance
        where = (why.line or "", "", "", why.rule, FATE[receipt.state])
        writer.writerow(map(make_safe, (*where, why.words, guidance)))
    written = 0
    for row in list_rows(receipt.faults):
        writer.writerow(row)
        written += 1
    for problem in receipt.problems:
        if more := problem.count - problem.listed:
            found = f"{find_rule(problem.rule).means} ({more:,} more rows, not listed)"
            happened = HAPPENED[problem.severity]
            cells = ("", "", problem.column, problem.rule, happened, found, "")
            writer.writerow(map(make_safe, cells))
    return written


def list_rows(faults: Iterable[RowFault]) -> Iterator[tuple[str, ...]]:
    """Give the cells of each fault, safe to open in a spreadsheet."""
    for fault in faults:
        rule = find_rule(fault.rule)
        found = f"{rule.means} ({fault.detail})" if fault.detail else rule.means
        yield (
            str(fault.line or ""),
            make_safe(fault.row_id),
            make_safe(fault.column),
            fault.rule,
            HAPPENED[fault.severity],
            make_safe(found),
            rule.guidance,
        )


def make_safe(cell: object) -> str:
    """Keep a cell from being run as a formula: a quotation mark goes before it."""
    text = str(cell)
    return _FORMULA.sub(r"\1\2'", text) if _FORMULA.search(text) else text
