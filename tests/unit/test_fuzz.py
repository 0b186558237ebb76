"""A small share of the fuzz run: damaged and invented exports end well."""

from __future__ import annotations

from tests.fuzz import run_cases


def test_damaged_and_invented_exports_are_refused_or_balance():
    became, failures = run_cases(seed=1, cases=120)

    assert failures == []
    assert became["judged"] > 20
    assert became.total() == 120
