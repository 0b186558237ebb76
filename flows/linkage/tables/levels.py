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
        pairs: table of pairs: ``l``, ``r``, ``rule`` and ``is_certain``.
        levels: table of the same; for each comparison ``gamma_<name>``, the level
            as Splink counts it: -1 nothing to compare, 0 the last; and for each column
            whose values weigh by how common they are ``terms_<column>``.
    """
    terms = find_averages(settings)
    _count_terms(connection, terms)
    gammas = ", ".join(_spell_level(one) for one in settings["comparisons"])
    common = "".join(f", greatest(one.{c}, two.{c}) as terms_{c}" for c in terms)
    query = (
        f"select found.*{common} from (select l, r, rule, is_certain, {gammas} from "
        f"({_bring_columns(settings, pairs)})) as found "
        "inner join record_terms as one on one.n = l "
        "inner join record_terms as two on two.n = r"
    )
    connection.execute(f"create table if not exists {levels} as {query} limit 0")
    connection.execute(f"insert into {levels} {query}")


def spell_below(settings: dict[str, Any], name: str, level: str = "") -> str:
    """SQL: a comparison was made, and came out below a level, or below the first.

    Args:
        settings: Splink's settings.
        name: the comparison; where it is not made, nothing is below.
        level: what the level is called.
    """
    for comparison in settings["comparisons"]:
        if comparison["output_column_name"] == name:
            labels = [
                built["label_for_charts"] for built in comparison["comparison_levels"]
            ]
            place = labels.index(level) if level else 1
            return f"gamma_{name} between 0 and {len(labels) - 2 - place}"
    return "false"


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


def _bring_columns(settings: dict[str, Any], pairs: str) -> str:
    """SQL of the pairs with the columns of both records that conditions speak of."""
    conditions = " ".join(
        level["sql_condition"]
        for comparison in settings["comparisons"]
        for level in comparison["comparison_levels"]
    )
    spoken = set(re.findall(r"\b(\w+)_[lr]\b", conditions))
    columns = ", ".join(
        f"a.{name} as {name}_l, b.{name} as {name}_r" for name in sorted(spoken)
    )
    return (
        f"select pairs.*, {columns} from {pairs} as pairs "
        "inner join standard as a on a.n = pairs.l "
        "inner join standard as b on b.n = pairs.r"
    )


def _count_terms(
    connection: duckdb.DuckDBPyConnection, terms: dict[str, float]
) -> None:
    """Make ``record_terms``: how common the value of each record is, by column."""
    for column, average in terms.items():
        counted = count_term(column, average, _AVERAGE_RECORDS)
        connection.execute(f"create or replace table terms_{column} as {counted}")
    chosen = "".join(f", terms_{c}.frequency as {c}" for c in terms)
    joins = " ".join(
        f"left join terms_{c} on terms_{c}.value = standard.{c}" for c in terms
    )
    connection.execute(
        f"create or replace table record_terms as select n{chosen} "
        f"from standard {joins} order by n"
    )
