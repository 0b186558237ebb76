"""Receipts: what was wrong with an export, for the person who can put it right."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from flows.reading.faults import Fault
from flows.reading.rules import RULES

HEADINGS = ("line", "column", "rule", "what happened", "what was found", "what to do")


def write_receipt(path: Path, faults: Iterable[Fault]) -> None:
    """Write the faults of an export as CSV; it holds no value from any row.

    Args:
        path: where the receipt goes.
        faults: in the order of the file.
    """
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for fault in faults:
            rule = RULES[fault.rule]
            happened = "left out" if fault.severity == "quarantine" else "remark"
            found = f"{rule.means} ({fault.detail})" if fault.detail else rule.means
            writer.writerow(
                [
                    fault.line or "",
                    _safe(fault.column),
                    fault.rule,
                    happened,
                    found,
                    rule.guidance,
                ]
            )


def write_refusal(path: Path, rule: str, words: str) -> None:
    """Write the receipt of a file that was refused as a whole."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        writer.writerow(["", "", rule, "file refused", "The file was not read", words])


def _safe(heading: str) -> str:
    """Keep a heading from being run as a formula when opened in a spreadsheet."""
    return f"'{heading}" if heading[:1] in ("=", "+", "-", "@", "\t", "\r") else heading
