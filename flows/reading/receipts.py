"""Receipts: what was wrong with an export, for the person who can put it right."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import cast

from flows.checks import load_catalogues
from flows.reading.faults import Fault, Severity
from flows.reading.judge import Judgement
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
            writer.writerow(_row(fault))


def write_faults(path: Path, files: Iterable[tuple[str, Judgement]]) -> None:
    """Write the faults of several files as one CSV, the file's name first."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("file", *HEADINGS))
        for name, judgement in files:
            for line, _, column, rule, severity, detail in judgement.list_faults():
                fault = Fault(line, column, rule, cast(Severity, severity), detail)
                writer.writerow((_safe(name), *_row(fault)))


def write_refusal(path: Path, rule: str, words: str) -> None:
    """Write the receipt of a file that was refused as a whole."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        writer.writerow(["", "", rule, "file refused", "The file was not read", words])


def _row(fault: Fault) -> list[object]:
    means, guidance = _words(fault.rule)
    happened = "left out" if fault.severity == "quarantine" else "remark"
    found = f"{means} ({fault.detail})" if fault.detail else means
    column = _safe(fault.column)
    return [fault.line or "", column, fault.rule, happened, found, guidance]


def _words(rule: str) -> tuple[str, str]:
    if rule in RULES:
        return RULES[rule].means, RULES[rule].guidance
    for catalogue in load_catalogues():
        if rule in catalogue.rules:
            return catalogue.rules[rule].means, catalogue.rules[rule].guidance
    raise KeyError(rule)


def _safe(heading: str) -> str:
    """Keep a heading from being run as a formula when opened in a spreadsheet."""
    return f"'{heading}" if heading[:1] in ("=", "+", "-", "@", "\t", "\r") else heading
