"""A fault found in a file: where, which rule, in words. Never the value itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["quarantine", "warning"]


@dataclass(frozen=True)
class Fault:
    """One fault of one line.

    Attributes:
        line: line of the file (row of the sheet), counted from 1.
        column: heading of the column, or empty when it is the whole line.
        rule: stable rule id, see ``flows/rules.py``.
        severity: whether the row stays out or lands with the remark.
        detail: what was found and expected where the rule's own words need it;
            counts and names of columns only.
    """

    line: int
    column: str
    rule: str
    severity: Severity
    detail: str = ""
