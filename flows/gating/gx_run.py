"""Runs suites through Great Expectations and keeps counts and percentages alone.

Importing this module imports Great Expectations (five seconds).
"""

from __future__ import annotations

import datetime as dt
import logging
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read when Great Expectations is imported

import great_expectations as gx
from great_expectations.exceptions import GreatExpectationsError
from great_expectations.expectations.expectation import Expectation as GxExpectation
from great_expectations.expectations.registry import get_expectation_impl

from flows.errors import MappingError
from flows.gating.gx_dialect import address
from flows.gating.results import GateResult, Subject
from flows.gating.suites import Expectation, describe, list_checks

if TYPE_CHECKING:
    from great_expectations.datasource.fluent import SQLDatasource

_COUNTS = {
    "element_count": "rows",
    "unexpected_count": "unexpected",
    "unexpected_percent": "unexpected_percent",
    "missing_count": "missing",
}
_COUNTS_ALONE: Any = {"result_format": "BASIC", "partial_unexpected_count": 0}
# For these alone is the observed value a count or a share rather than a row's value.
_COUNTED = {
    "expect_table_row_count_to_be_between": "rows",
    "expect_column_proportion_of_unique_values_to_be_between": "unique_share",
    "unexpected_rows_expectation": "unexpected",
}


def judge(database: str, subjects: list[Subject], as_of: dt.date) -> list[GateResult]:
    """Judge each subject by its suite.

    Args:
        database: named in-memory DuckDB that holds the subjects' views.
        subjects: the tables, in the order of the results.
        as_of: the place's today, for expectations about dates.

    Raises:
        MappingError: Great Expectations does not take an expectation's arguments.
    """
    _keep_quiet()
    context: Any = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_sql("gate", connection_string=address(database))
    try:
        return [
            result
            for subject in subjects
            for result in _judge_subject(context, source, subject, as_of)
        ]
    finally:
        # Either alone leaves the attached warehouse held open.
        source.get_execution_engine().close()
        source.get_engine().dispose()


def _keep_quiet() -> None:
    """Great Expectations logs a failed query's message, which can quote a row."""
    logger = logging.getLogger("great_expectations")
    logger.propagate = False
    logger.addHandler(logging.NullHandler())


def _judge_subject(
    context: Any, source: SQLDatasource, subject: Subject, as_of: dt.date
) -> list[GateResult]:
    checks = list_checks(subject.suite, subject.columns)
    if subject.absent:
        status = subject.absent_status
        return [_judged(subject, checks[0], status, {}, subject.absent, as_of)]
    suite = gx.ExpectationSuite(name=f"{subject.table}-{uuid4().hex}")
    for number, check in enumerate(checks):
        suite.add_expectation(_translate(subject, check, number, as_of))
    batch = source.add_table_asset(
        subject.table, table_name=subject.view
    ).add_batch_definition_whole_table("whole")
    definition = gx.ValidationDefinition(name=suite.name, data=batch, suite=suite)
    context.suites.add(suite)
    context.validation_definitions.add(definition)
    outcome = definition.run(result_format=_COUNTS_ALONE)
    # Results come in an order of Great Expectations' own.
    by_number: dict[int, Any] = {_number(result): result for result in outcome.results}
    results = [
        _result(subject, check, by_number.get(number), as_of)
        for number, check in enumerate(checks)
    ]
    return _distrust_emptiness(results)


def _translate(
    subject: Subject, check: Expectation, number: int, as_of: dt.date
) -> GxExpectation:
    kwargs = check.resolve(as_of) | {"meta": {"number": number}}
    try:
        return get_expectation_impl(check.type)(**kwargs)
    except (ValueError, TypeError, GreatExpectationsError) as error:
        raise MappingError(
            f"Suite of {subject.table}: {check.type} cannot be built from "
            f"{sorted(check.kwargs)}: {error}"
        ) from error


def _result(
    subject: Subject, check: Expectation, outcome: Any, as_of: dt.date
) -> GateResult:
    missing = [c for c in check.columns if c not in subject.columns]
    why = ""
    if outcome is None or _raised(outcome.exception_info):
        why = "It could not be judged."
        if missing:
            why += f" The table has no column {', '.join(missing)}."
        return _judged(subject, check, "errored", {}, why, as_of)
    observed = _observed(check, outcome.result)
    if check.type == "expect_table_columns_to_match_set" and not outcome.success:
        details = outcome.result.get("details", {}).get("mismatched", {})
        why = "; ".join(f"{k} {', '.join(map(str, v))}" for k, v in details.items())
    status = "passed" if outcome.success else "failed"
    rows, missed = observed.get("rows"), observed.get("missing")
    if status == "passed" and rows and missed == rows:
        status, why = "not_applicable", "Every row lacks the value: nothing to judge."
    return _judged(subject, check, status, observed, why, as_of)


def _judged(
    subject: Subject,
    check: Expectation,
    status: Any,
    observed: dict[str, float],
    why: str,
    as_of: dt.date,
) -> GateResult:
    return GateResult(
        table=subject.table,
        expectation=_name(check),
        severity="critical" if status == "errored" else check.severity,
        dimension=check.dimension,
        passed=status == "passed",
        status=status,
        observed=observed,
        expected=describe(check, as_of),
        reason=check.reason,
        guidance=check.guidance,
        why=why,
    )


def _distrust_emptiness(results: list[GateResult]) -> list[GateResult]:
    if results[0].passed:
        return results
    why = "The table has no rows: nothing to judge."
    return [
        replace(r, passed=False, status="not_applicable", why=why)
        if r.passed and number > 1
        else r
        for number, r in enumerate(results)
    ]


def _name(check: Expectation) -> str:
    return f"{check.type}({', '.join(check.columns)})" if check.columns else check.type


def _number(outcome: Any) -> int:
    return int(outcome.expectation_config.meta["number"])


def _raised(information: dict[str, Any]) -> bool:
    entries = (
        [information] if "raised_exception" in information else information.values()
    )
    return any(entry.get("raised_exception") for entry in entries)


def _observed(check: Expectation, result: dict[str, Any]) -> dict[str, float]:
    if check.type in _COUNTED:
        found = {_COUNTED[check.type]: result.get("observed_value")}
    else:
        found = {ours: result.get(theirs) for theirs, ours in _COUNTS.items()}
    return {
        name: round(value, 4)
        for name, value in found.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
