"""What a gate is asked and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flows.gating.suites import Suite

Status = Literal["passed", "failed", "errored", "not_applicable"]


@dataclass(frozen=True)
class GateResult:
    """What became of one expectation.

    ``severity`` is ``critical`` for every expectation that could not be judged,
    whatever the suite says. ``not_applicable`` (nothing to judge: no export, or no
    value) is not a pass; ``why`` then says in words what was missing.
    """

    table: str
    expectation: str
    severity: Literal["critical", "warning"]
    dimension: str
    passed: bool
    status: Status
    observed: dict[str, float]
    expected: str
    reason: str
    guidance: str
    why: str = ""


@dataclass(frozen=True)
class Subject:
    """One table to judge: its name in reports, its view, what it must have.

    ``absent`` says in words why there is no table to judge; ``absent_status`` whether
    that is a fault.
    """

    table: str
    view: str
    suite: Suite
    columns: tuple[str, ...]
    absent: str = ""
    absent_status: Status = "not_applicable"
