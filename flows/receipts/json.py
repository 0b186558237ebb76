"""The JSON form of a receipt: the same facts for a provider's own programs.

Keys, in this order:

- ``form`` ("commonground receipt") and ``version`` (1; it rises when a
  key changes its meaning);
- ``export``: id, provider, provider_name, file_name, size_bytes, received_at (UTC),
  export_day, kind, layout, layout_told, read_as;
- ``state``: landed, refused or held;
- ``why``: rule, means, words, line, guidance, or null where it landed;
- ``rows``: rows_in (= landed + unchanged + quarantined), warned, withdrawn, or null
  where no row was read;
- ``problems``: rule, column, severity, count, means, guidance;
- ``changes``: kind, rule, column, now, before, seen (see ``compare.py``);
- ``not_asked``: rule, means, why;
- ``trend``: day, rows_in, quarantined, warned, oldest first, this export last;
- ``faults``: line, row, column, rule, severity, detail: of every row left out, and of
  the first 5,000 remarks of each problem.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import Any, TextIO

from flows.receipts.compare import compare, list_trend
from flows.receipts.facts import Problem, Receipt, RowFault, Why
from flows.rules import find_rule

EXPORT_KEYS = (
    "provider",
    "provider_name",
    "file_name",
    "size_bytes",
    "received_at",
    "export_day",
    "kind",
    "layout",
    "layout_told",
    "read_as",
)


def write_json(file: TextIO, receipt: Receipt) -> int:
    """Write a receipt as JSON; the faults are written as they are iterated.

    Args:
        file: open for text.
        receipt: its faults are iterated, never held.

    Returns:
        number of faults written.
    """
    head = json.dumps(
        _summarise(receipt), indent=2, ensure_ascii=False, default=_write_day
    )
    file.write(head.removesuffix("\n}") + ',\n  "faults": [')
    written = 0
    for written, fault in enumerate(receipt.faults, start=1):
        separator = "\n    " if written == 1 else ",\n    "
        file.write(separator + json.dumps(_describe_fault(fault), ensure_ascii=False))
    file.write("\n  ]\n}\n" if written else "]\n}\n")
    return written


def _summarise(receipt: Receipt) -> dict[str, Any]:
    export = {"id": receipt.export_id}
    export |= {key: getattr(receipt, key) for key in EXPORT_KEYS}
    return {
        "form": "commonground receipt",
        "version": 1,
        "export": export,
        "state": receipt.state,
        "why": _describe_why(receipt.why) if receipt.why else None,
        "rows": dataclasses.asdict(receipt.counts) if receipt.counts else None,
        "problems": [_describe_problem(problem) for problem in receipt.problems],
        "changes": [dataclasses.asdict(change) for change in compare(receipt)],
        "not_asked": [
            {"rule": rule, "means": find_rule(rule).means, "why": why}
            for rule, why in receipt.not_asked
        ],
        "trend": [
            {
                "day": point.day,
                "rows_in": point.rows_in,
                "quarantined": point.quarantined,
                "warned": point.warned,
            }
            for point in list_trend(receipt)
        ],
    }


def _describe_why(why: Why) -> dict[str, Any]:
    rule = find_rule(why.rule)
    return {
        "rule": why.rule,
        "means": rule.means,
        "words": why.words,
        "line": why.line,
        "guidance": rule.guidance,
    }


def _describe_problem(problem: Problem) -> dict[str, Any]:
    rule = find_rule(problem.rule)
    return {
        "rule": problem.rule,
        "column": problem.column,
        "severity": problem.severity,
        "count": problem.count,
        "means": rule.means,
        "guidance": rule.guidance,
    }


def _describe_fault(fault: RowFault) -> dict[str, Any]:
    return {
        "line": fault.line or None,
        "row": fault.row_id,
        "column": fault.column,
        "rule": fault.rule,
        "severity": fault.severity,
        "detail": fault.detail,
    }


def _write_day(value: dt.date | dt.datetime) -> str:
    """Write a day or moment in ISO form; a moment without a zone is UTC already."""
    if not isinstance(value, dt.datetime):
        return value.isoformat()
    moment = value.replace(tzinfo=value.tzinfo or dt.UTC).astimezone(dt.UTC)
    return moment.isoformat().replace("+00:00", "Z")
