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


def prepare_levels(
    connection: duckdb.DuckDBPyConnection, settings: dict[str, Any]
) -> None:
    """Make ``compared``: of each record what conditions speak of, and how common it is.

    Of a list it holds the first value, and the list where there are several: few are,
    and a list costs several times what one value costs to bring to a pair.

    Args:
        connection: holds ``standard``.
        settings: Splink's settings.
    """
    whole, lists = _list_spoken(settings)
    terms = find_averages(settings)
    joins = ""
    for column, average in terms.items():
        counted = count_term(column, average, _AVERAGE_RECORDS)
        connection.execute(f"create or replace table terms_{column} as {counted}")
        joins += f" left join terms_{column} on terms_{column}.value = {column}"
    columns = [
        *whole,
        *(f"{name}[1] as first_{name}" for name in lists),
        *(f"if(len({name}) > 1, {name}, null) as {name}" for name in lists),
        *(f"terms_{column}.frequency as terms_{column}" for column in terms),
    ]
    connection.execute(
        f"create or replace table compared as select n, {', '.join(columns)} "
        f"from standard{joins}"
    )


def find_levels(
    connection: duckdb.DuckDBPyConnection,
    settings: dict[str, Any],
    pairs: str,
    levels: str,
) -> None:
    """Make a table of the levels at which the pairs of a table agree.

    Args:
        connection: holds ``compared``, made with the same settings.
        settings: Splink's settings.
        pairs: table of pairs: ``l``, ``r``, ``rule`` and ``is_certain``.
        levels: table of the same; for each comparison ``gamma_<name>``, the level
            as Splink counts it: -1 nothing to compare, 0 the last; and for each column
            whose values weigh by how common they are ``terms_<column>``.
    """
    whole, lists = _list_spoken(settings)
    terms = [f"terms_{column}" for column in find_averages(settings)]
    names = [*whole, *lists, *(f"first_{name}" for name in lists), *terms]
    columns = "".join(f", a.{name} as {name}_l, b.{name} as {name}_r" for name in names)
    found = [
        *(_spell_level(one) for one in settings["comparisons"]),
        *(f"greatest({term}_l, {term}_r) as {term}" for term in terms),
    ]
    connection.execute(
        f"create or replace table {levels} as "
        f"select l, r, rule, is_certain, {', '.join(found)} from ("
        f"select pairs.*{columns} from {pairs} as pairs "
        "inner join compared as a on a.n = pairs.l "
        "inner join compared as b on b.n = pairs.r)"
    )


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
    conditions = [_spell_condition(level["sql_condition"]) for level in levels]
    cases = f"when {conditions[0]} then -1"
    for place, condition in enumerate(conditions[1:-1], start=1):
        cases += f" when {condition} then {len(levels) - 1 - place}"
    name = comparison["output_column_name"]
    return f"(case {cases} else 0 end)::tinyint as gamma_{name}"


def _list_spoken(settings: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Columns that conditions speak of: those compared whole, and those that share."""
    conditions = " ".join(
        level["sql_condition"]
        for comparison in settings["comparisons"]
        for level in comparison["comparison_levels"]
    )
    spoken = set(re.findall(r"\b(\w+)_[lr]\b", conditions))
    lists = set(re.findall(r"\bshares\((\w+)_l, \1_r\)", conditions))
    return sorted(spoken - lists), sorted(lists)


def _spell_condition(condition: str) -> str:
    """Put a condition on lists into words of :func:`prepare_levels`."""
    spelled = re.sub(
        r"\bshares\((\w+)_l, \1_r\)",
        r"share_values(first_\1_l, first_\1_r, \1_l, \1_r)",
        condition,
    )
    return re.sub(r"\blen\((\w+)\) = 0", r"first_\1 is null", spelled)
