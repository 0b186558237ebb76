"""Make people of the pairs of a table: components, and what holds them apart."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from flows.linkage.components import connect_records, store_labels
from flows.linkage.steps import count_rows, run_step
from flows.linkage.tables.agglomerate import agglomerate
from flows.linkage.tables.levels import find_levels, spell_below, weigh
from flows.linkage.tables.one_to_one import keep_best_partners

FOLDER = Path(__file__).parent
# Inside a component of so many records every pair is weighed, compared before or not.
_LARGEST_WHOLE = 150
# What a pair that was never compared counts, and where weights stop counting.
_UNKNOWN = -4.0
_HIGHEST, _LOWEST = 12.0, -12.0
_LEAST_MEAN = -1.0


@dataclass(frozen=True)
class Rules:
    """What decides, beside the weights.

    Attributes:
        threshold_weight: match weight from which two records are one person.
        certain_weight: a pair that a shared number makes certain weighs at least this.
        guarded: kinds of number of which a person has one.
        junior_years: father and son of one name are at least so many years apart.
        scope: condition on two rows of ``records``, ``a`` and ``b``: may they be
            linked?
        one_to_one: a record has at most one partner in each other source.
    """

    threshold_weight: float
    certain_weight: float
    guarded: tuple[str, ...]
    junior_years: int
    scope: str
    one_to_one: bool


def group_table(
    connection: duckdb.DuckDBPyConnection,
    base: dict[str, Any],
    settings: dict[str, Any],
    rules: Rules,
) -> int:
    """Make ``edges`` and ``groups`` (n, label): records of one label are one person.

    Components in which every pair agrees stay as they are; the others are built again
    by average linkage (see :mod:`flows.linkage.tables.agglomerate`).

    Args:
        connection: holds ``records``, ``standard``, ``levels`` and ``own_numbers``.
        base: Splink's settings that ``levels`` was made with.
        settings: the same, with the parameters that weigh.
        rules: threshold and guards.

    Returns:
        How many components were built again.
    """
    found = _spell_weighed(base, settings, rules, "levels")
    connection.execute(f"create or replace table weighed as {found}")
    least = min(0, rules.threshold_weight)
    connection.execute(
        "create or replace table edges as select l, r, rule, is_certain, match_weight "
        f"from weighed where rule is not null and match_weight >= {least}"
    )
    if rules.one_to_one:
        keep_best_partners(connection, rules.threshold_weight)
    records, labels = connect_records(
        connection,
        "select n from records",
        f"select l, r from edges where match_weight >= {rules.threshold_weight}",
    )
    store_labels(connection, "components", records, component=labels)
    if not rules.one_to_one:
        _weigh_inside(connection, base, settings, rules)
        run_step(connection, "conflicts", FOLDER, junior_years=rules.junior_years)
    rebuilt = 0
    for weights, conflicts in [] if rules.one_to_one else _read_doubtful(connection):
        rebuilt += 1
        grouped = agglomerate(weights, conflicts, _LEAST_MEAN, _UNKNOWN)
        for record, label in grouped.items():
            labels[record] = label
    store_labels(connection, "groups", records, label=labels)
    return rebuilt


def _spell_weighed(
    base: dict[str, Any], settings: dict[str, Any], rules: Rules, levels: str
) -> str:
    """SQL of the pairs of a table of levels: their weight, and what may differ."""
    numbers = " or ".join(spell_below(base, kind) for kind in rules.guarded)
    age = spell_below(base, "birth_date", "day and month swapped")
    return f"""
        select
            l,
            r,
            rule,
            is_certain,
            greatest(
                {weigh(settings)}, if(is_certain, {rules.certain_weight}, null)
            ) as match_weight,
            {numbers or "false"} as hold_two_numbers,
            {spell_below(base, "sex")} as differ_in_sex,
            {age} as differ_in_age,
        from {levels}
    """


def _weigh_inside(
    connection: duckdb.DuckDBPyConnection,
    base: dict[str, Any],
    settings: dict[str, Any],
    rules: Rules,
) -> None:
    """Make ``inside``: every pair of a component, its weight, and what may differ."""
    connection.execute(
        f"""
        create or replace table missing as
        select a.n as l, b.n as r, null::utinyint as rule, false as is_certain
        from components as a
        inner join components as b on b.component = a.component and b.n > a.n
        semi join (
            select component from components group by component
            having count(*) between 3 and {_LARGEST_WHOLE}
        ) as small on small.component = a.component
        anti join levels on levels.l = a.n and levels.r = b.n
        order by l, r
        """
    )
    if count_rows(connection, "missing"):
        find_levels(connection, base, "missing", "missing_levels")
        connection.execute("insert into levels from missing_levels")
        found = _spell_weighed(base, settings, rules, "missing_levels")
        connection.execute(f"insert into weighed {found}")
    connection.execute(
        f"""
        create or replace table inside as
        select
            a.component,
            weighed.l,
            weighed.r,
            least(greatest(match_weight, {_LOWEST}), {_HIGHEST}) as weight,
            hold_two_numbers,
            differ_in_sex,
            differ_in_age,
        from weighed
        inner join components as a on a.n = weighed.l
        inner join components as b on b.n = weighed.r and b.component = a.component
        """
    )


def _read_doubtful(
    connection: duckdb.DuckDBPyConnection,
) -> list[tuple[list[tuple[int, int, float]], set[tuple[int, int]]]]:
    """Read weights and conflicts of the components that may be several people."""
    connection.execute(
        f"""
        create or replace table doubtful as
        select component from inside group by component having min(weight) < 0
        union
        select component from components group by component
        having count(*) > {_LARGEST_WHOLE}
        union
        select inside.component from inside semi join conflicts using (l, r)
        """
    )
    rows = connection.execute(
        "select component, l, r, weight from inside semi join doubtful "
        "using (component) order by component, l, r"
    ).fetchall()
    held = connection.execute(
        "select components.component, conflicts.l, conflicts.r from conflicts "
        "inner join components on components.n = conflicts.l"
    ).fetchall()
    conflicts: dict[int, set[tuple[int, int]]] = {}
    for component, left, right in held:
        conflicts.setdefault(component, set()).add((left, right))
    return [
        ([row[1:] for row in group], conflicts.get(component, set()))
        for component, group in itertools.groupby(rows, key=lambda row: row[0])
    ]
