"""Which level each comparison of a pair is at, and what the levels weigh.

The level of a pair depends on its two records alone. It is found once; while the model
is fitted, only what each level weighs changes. Settings and weight are Splink's, which
would score and keep every column of both records at each turn: log2 of the prior odds,
plus log2(m / u) of each level, where u of an equal value is how common that value is.
"""

from __future__ import annotations

import re
from math import log2
from typing import Any

import duckdb

from flows.linkage.terms import count_term, find_averages

PRIOR = "probability_two_random_records_match"
# So many records of average frequency are counted with the table's own: in a small
# table a value held twice looks common, or rare, by chance alone.
_AVERAGE_RECORDS = 200


def find_levels(
    connection: duckdb.DuckDBPyConnection,
    settings: dict[str, Any],
    pairs: str,
    levels: str,
) -> None:
    """Add the pairs of a table to a table of levels, made if it is not there.

    Args:
        connection: holds ``standard``.
        settings: Splink's settings.
        pairs: table of pairs, with columns ``l`` and ``r``.
        levels: table of ``l``, ``r``; for each comparison ``gamma_<name>``, the level
            as Splink counts it: -1 nothing to compare, 0 the last; and for each column
            whose values weigh by how common they are ``terms_<column>``.
    """
    terms = find_averages(settings)
    for column, average in terms.items():
        counted = count_term(column, average, _AVERAGE_RECORDS)
        connection.execute(f"create or replace table terms_{column} as {counted}")
    gammas = ", ".join(_spell_level(one) for one in settings["comparisons"])
    common = "".join(
        f", greatest(one_{c}.frequency, two_{c}.frequency) as terms_{c}" for c in terms
    )
    joins = " ".join(
        f"left join terms_{c} as one_{c} on one_{c}.value = {c}_l "
        f"left join terms_{c} as two_{c} on two_{c}.value = {c}_r"
        for c in terms
    )
    brought = _bring_columns(settings, pairs, terms)
    query = f"select l, r, {gammas}{common} from ({brought}) {joins}"
    connection.execute(f"create table if not exists {levels} as {query} limit 0")
    connection.execute(f"insert into {levels} {query}")


def weigh(settings: dict[str, Any]) -> str:
    """SQL of the match weight of a row of levels, with the parameters as they stand."""
    prior = settings[PRIOR]
    parts = [f"{log2(prior / (1 - prior))}"]
    for comparison in settings["comparisons"]:
        name = comparison["output_column_name"]
        built = comparison["comparison_levels"][1:]
        cases = []
        for place, level in enumerate(built):
            m, u = level["m_probability"], level["u_probability"]
            weight = f"{log2(m / u)}"
            if column := level.get("tf_adjustment_column"):
                least = level["tf_minimum_u_value"]
                weight = f"log2({m} / greatest(terms_{column}, {least}))"
            cases.append(f" when {len(built) - 1 - place} then {weight}")
        parts.append(f"case gamma_{name}{''.join(cases)} else 0 end")
    # Weights are sums over many terms: rounding makes them equal every time.
    return "round(" + " + ".join(parts) + ", 6)"


def _spell_level(comparison: dict[str, Any]) -> str:
    levels = comparison["comparison_levels"]
    cases = f"when {levels[0]['sql_condition']} then -1"
    for place, level in enumerate(levels[1:-1], start=1):
        cases += f" when {level['sql_condition']} then {len(levels) - 1 - place}"
    name = comparison["output_column_name"]
    return f"(case {cases} else 0 end)::tinyint as gamma_{name}"


def _bring_columns(
    settings: dict[str, Any], pairs: str, terms: dict[str, float]
) -> str:
    """SQL of the pairs with the columns of both records that conditions speak of."""
    conditions = " ".join(
        level["sql_condition"]
        for comparison in settings["comparisons"]
        for level in comparison["comparison_levels"]
    )
    spoken = set(re.findall(r"\b(\w+)_[lr]\b", conditions)) | set(terms)
    columns = ", ".join(
        f"a.{name} as {name}_l, b.{name} as {name}_r" for name in sorted(spoken)
    )
    return (
        f"select pairs.l, pairs.r, {columns} from {pairs} as pairs "
        "inner join standard as a on a.n = pairs.l "
        "inner join standard as b on b.n = pairs.r"
    )
