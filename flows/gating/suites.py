"""Expectation suites: what must hold of a table before the next stage may look at it.

A suite is one YAML file, ``expectations/landed/<sector>/<dataset>.yml``,
``expectations/linked/<table>.yml`` or ``expectations/published/<mart>.yml``. Only
expectations that were seen to work on DuckDB may be used: the quantile expectation ends
the whole run and pattern matching is not supported (Great Expectations 1.24.1).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from flows.contracts import Strict, parse_model, read_yaml
from flows.paths import PROJECT

SUITES = PROJECT / "expectations"

Severity = Literal["critical", "warning"]
Dimension = Literal[
    "completeness", "uniqueness", "consistency", "timeliness", "validity", "accuracy"
]

_KWARGS: dict[str, tuple[set[str], set[str]]] = {
    "expect_column_values_to_not_be_null": ({"column"}, {"mostly"}),
    "expect_column_values_to_be_between": (
        {"column"},
        {"min_value", "max_value", "mostly"},
    ),
    "expect_column_values_to_be_in_set": ({"column", "value_set"}, {"mostly"}),
    "expect_column_values_to_be_unique": ({"column"}, {"mostly"}),
    "expect_compound_columns_to_be_unique": ({"column_list"}, {"mostly"}),
    "expect_column_pair_values_a_to_be_greater_than_b": (
        {"column_A", "column_B"},
        {"or_equal", "mostly", "ignore_row_if"},
    ),
    "expect_column_proportion_of_unique_values_to_be_between": (
        {"column"},
        {"min_value", "max_value"},
    ),
    "expect_table_row_count_to_be_between": (set(), {"min_value", "max_value"}),
    "expect_table_columns_to_match_set": ({"column_set"}, {"exact_match"}),
    "unexpected_rows_expectation": ({"unexpected_rows_query"}, set()),
}
"""Expectation type to the arguments it must and may have."""


class Expectation(Strict):
    """One expectation: what, how bad, why, and what to do when it does not hold."""

    type: str
    kwargs: dict[str, Any]
    severity: Severity
    dimension: Dimension
    reason: str = Field(min_length=20)
    guidance: str = Field(min_length=20)

    @model_validator(mode="after")
    def _check_kwargs(self) -> Expectation:
        if self.type not in _KWARGS:
            raise ValueError(f"type {self.type} is not one of {sorted(_KWARGS)}")
        needed, allowed = _KWARGS[self.type]
        if absent := sorted(needed - set(self.kwargs)):
            raise ValueError(f"{self.type} lacks {absent}")
        if unknown := sorted(set(self.kwargs) - needed - allowed):
            raise ValueError(f"{self.type} does not take {unknown}")
        return self

    @property
    def columns(self) -> list[str]:
        """The columns it looks at; none for a whole table or a query."""
        named = [self.kwargs.get(k) for k in ("column", "column_A", "column_B")]
        return [n for n in named if n] + list(self.kwargs.get("column_list", ()))

    def resolve(self, as_of: dt.date) -> dict[str, Any]:
        """Give its arguments with ``$as_of`` and its kin made into dates and years."""
        words = {
            "$as_of": as_of,
            "$as_of_year": as_of.year,
            "$year_after": as_of + dt.timedelta(days=366),
        }
        return {
            name: words.get(value, value) if isinstance(value, str) else value
            for name, value in self.kwargs.items()
        }


class Suite(Strict):
    """The expectations of one table.

    ``columns`` is given for tables without a contract of their own (linked and
    published); a landed dataset's columns come from its contract. ``may_be_empty`` is
    for a table of what may not have happened: without rows it is told, and does not
    stop the run.
    """

    table: str
    columns: tuple[str, ...] = ()
    may_be_empty: bool = False
    expectations: tuple[Expectation, ...] = Field(min_length=1)


def load_suite(path: Path) -> Suite:
    """Load one suite.

    Raises:
        MappingError: naming the file and every key that is missing, unknown or wrong.
    """
    return parse_model(Suite, read_yaml(path), path)


def list_marts() -> list[str]:
    """Name the marts that may be published: those that have expectations."""
    return sorted(path.stem for path in (SUITES / "published").glob("*.yml"))


def list_checks(suite: Suite, columns: tuple[str, ...]) -> list[Expectation]:
    """Give a suite's expectations after the two that every table has.

    An empty table satisfies nearly every expectation and a misspelt column fails only
    its own, so both are asked first; both stop the run, unless a table may be empty.

    Args:
        suite: the table's own expectations.
        columns: the columns the table must have, no more and no fewer.
    """
    rows = Expectation(
        type="expect_table_row_count_to_be_between",
        kwargs={"min_value": 1},
        severity="warning" if suite.may_be_empty else "critical",
        dimension="completeness",
        reason="An empty table satisfies almost everything that is asked of it.",
        guidance="Find out why there are none: see receipts and the stage before.",
    )
    shape = Expectation(
        type="expect_table_columns_to_match_set",
        kwargs={"column_set": list(columns), "exact_match": True},
        severity="critical",
        dimension="consistency",
        reason="The next stage reads these columns by name.",
        guidance="Bring the table and its contract or suite into agreement.",
    )
    return [rows, shape, *suite.expectations]


def describe(expectation: Expectation, as_of: dt.date) -> str:
    """Say in words what was expected: columns and thresholds, nothing from a row."""
    kwargs = expectation.resolve(as_of)
    low, high = kwargs.get("min_value", "any"), kwargs.get("max_value", "any")
    column, first = kwargs.get("column"), kwargs.get("column_A")
    words = {
        "expect_column_values_to_not_be_null": f"{column} recorded",
        "expect_column_values_to_be_between": f"{column} from {low} to {high}",
        "expect_column_values_to_be_in_set": f"{column} one of {_list(kwargs)}",
        "expect_column_values_to_be_unique": f"{column} unique",
        "expect_compound_columns_to_be_unique": f"{_list(kwargs)} unique together",
        "expect_column_pair_values_a_to_be_greater_than_b": (
            f"{first} not before {kwargs.get('column_B')}"
        ),
        "expect_column_proportion_of_unique_values_to_be_between": (
            f"distinct values of {column} from {low} to {high} of the rows"
        ),
        "expect_table_row_count_to_be_between": f"from {low} to {high} rows",
        "expect_table_columns_to_match_set": f"exactly the columns {_list(kwargs)}",
        "unexpected_rows_expectation": (
            f"no row from: {kwargs.get('unexpected_rows_query')}"
        ),
    }[expectation.type]
    share = kwargs.get("mostly")
    return words + (f", in at least {share:.1%} of rows" if share else "")


def _list(kwargs: dict[str, Any]) -> str:
    listed = ("value_set", "column_list", "column_set")
    return ", ".join(str(item) for key in listed for item in kwargs.get(key, ()))
