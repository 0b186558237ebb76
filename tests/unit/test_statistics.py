"""Figures of the macros in macros/statistics.sql against other sources of them."""

from __future__ import annotations

import math
from functools import cache

import duckdb
import jinja2
import pytest
from statsmodels.stats.proportion import proportion_confint

from flows.paths import PROJECT

MACROS = PROJECT / "dbt_project" / "macros" / "statistics.sql"


@cache
def macros():
    return jinja2.Environment(autoescape=False).from_string(MACROS.read_text()).module  # noqa: S701


def ask(macro: str, *counts: int) -> float | None:
    """What DuckDB makes of the SQL that a macro gives for counts in columns."""
    names = [f"count_{number}" for number in range(len(counts))]
    expression = str(getattr(macros(), macro)(*names))
    given = ", ".join(f"{n}::bigint as {k}" for n, k in zip(counts, names, strict=True))
    row = duckdb.sql(f"select {expression} from (select {given})").fetchone()
    assert row
    return row[0]


@pytest.mark.parametrize(
    ("count", "of_count"),
    [(0, 1), (1, 1), (0, 10), (3, 10), (10, 10), (81, 263), (1, 29), (999, 100_000)],
)
def test_wilson_is_the_interval_that_statsmodels_gives(count, of_count):
    low, high = proportion_confint(count, of_count, alpha=0.05, method="wilson")

    assert ask("wilson_low", count, of_count) == pytest.approx(low, abs=1e-6)
    assert ask("wilson_high", count, of_count) == pytest.approx(high, abs=1e-6)


def test_wilson_is_the_interval_that_newcombe_prints():
    # Newcombe 1998, Statistics in Medicine 17:857, table I: 81 of 263, method 3.
    assert round(ask("wilson_low", 81, 263), 4) == 0.2553
    assert round(ask("wilson_high", 81, 263), 4) == 0.3662


def test_a_share_of_nobody_has_neither_value_nor_interval():
    for macro in ("share", "wilson_low", "wilson_high"):
        assert ask(macro, 0, 0) is None


def test_katz_is_the_interval_worked_by_hand():
    # 20 of 50 accepted beside 30 of 40: 0.40 / 0.75 = 0.5333.
    # log: -0.62861; standard error: sqrt(1/20 - 1/50 + 1/30 - 1/40) = sqrt(0.038333)
    # = 0.195789; 1.959964 * 0.195789 = 0.383740.
    # exp(-0.62861 - 0.38374) = 0.36336; exp(-0.62861 + 0.38374) = 0.78280.
    assert ask("katz_low", 20, 50, 30, 40) == pytest.approx(0.36336, abs=1e-4)
    assert ask("katz_high", 20, 50, 30, 40) == pytest.approx(0.78280, abs=1e-4)


def test_the_ratio_is_in_the_middle_of_its_interval_on_a_log_scale():
    low, high = ask("katz_low", 7, 30, 12, 20), ask("katz_high", 7, 30, 12, 20)

    assert math.sqrt(low * high) == pytest.approx((7 / 30) / (12 / 20), rel=1e-9)
    assert 1 / ask("katz_low", 12, 20, 7, 30) == pytest.approx(high, rel=1e-9)


@pytest.mark.parametrize("counts", [(0, 9, 4, 9), (4, 9, 0, 9), (0, 0, 0, 0)])
def test_a_ratio_with_an_empty_share_has_no_interval(counts):
    assert ask("katz_low", *counts) is None
    assert ask("katz_high", *counts) is None
