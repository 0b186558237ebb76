"""Fit m, u and the prior to one table, without labels, leaning on what is written down.

The table is linked with the parameters that stand in ``comparisons.yml``; pairs inside
the people that come out are counted as pairs of one person, random pairs outside them
as pairs of two; and so again, a few times. Pairs inside a person that no rule compared
are counted too: they show how often a person's records differ.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np

from flows.linkage.fitting import count_levels, set_shares
from flows.linkage.steps import count_rows
from flows.linkage.tables.grouping import Rules, group_table
from flows.linkage.tables.levels import PRIOR, find_levels, weigh
from flows.linkage.tables.method import Comparisons

_ROUNDS = 4
_RANDOM_PAIRS = 500_000
_LABELLED_PAIRS = 200_000
# The parameters that are written down count as so many pairs.
_PRIOR_PAIRS = {"m": 60, "u": 200}
_LEAST = {"m": 2e-3, "u": 5e-6}
_LARGEST_PERSON = 40
# No other fit brings a pair that weighs less at first above the threshold.
_HOPELESS = -16
_SMALLEST_PRIOR = 1e-9


@dataclass(frozen=True)
class Fit:
    """What was fitted, and from how much.

    Attributes:
        settings: Splink's settings with fitted parameters and prior.
        same_pairs: pairs taken for one person.
        random_pairs: pairs drawn at random.
    """

    settings: dict[str, Any]
    same_pairs: int
    random_pairs: int


def fit_table(
    connection: duckdb.DuckDBPyConnection,
    comparisons: Comparisons,
    base: dict[str, Any],
    rules: Rules,
    seed: int,
) -> Fit:
    """Fit a model to the table.

    Args:
        connection: holds ``standard``, ``pairs``, ``levels`` and ``records``.
        comparisons: what is compared, with the parameters that are written down.
        base: Splink's settings of these comparisons, as written down.
        rules: threshold, guards, and which records may be linked.
        seed: draws the random pairs.
    """
    settings = copy.deepcopy(base)
    possible = _draw_pairs(connection, rules.scope, seed)
    _find_drawn_levels(connection, base)
    settings[PRIOR] = 2 / max(count_rows(connection, "standard"), 20_000)
    # In a small table many drawn pairs are of one person: the evident do not count.
    connection.execute(
        "create or replace table apart_levels as select * from drawn_levels "
        f"where {weigh(settings)} < 0"
    )
    _count_and_set(connection, comparisons, settings, "u", "apart_levels")
    connection.execute(
        "create or replace table levels as select * from levels "
        f"where {weigh(settings)} > {_HOPELESS}"
    )
    same = 0
    for _ in range(_ROUNDS):
        group_table(connection, base, settings, rules)
        found = _label_by_groups(connection, rules.scope)
        same = count_rows(connection, "labelled")
        if not same:
            break
        _count_and_set(connection, comparisons, settings, "m", "labelled_levels")
        connection.execute(
            "create or replace table apart_levels as select * from drawn_levels "
            "anti join (select a.n as l, b.n as r from groups as a inner join groups "
            "as b on b.label = a.label and b.n > a.n) as inside using (l, r)"
        )
        _count_and_set(connection, comparisons, settings, "u", "apart_levels")
        settings[PRIOR] = min(max(found / max(possible, 1), _SMALLEST_PRIOR), 0.5)
    return Fit(settings, same, count_rows(connection, "drawn"))


def _find_drawn_levels(
    connection: duckdb.DuckDBPyConnection, base: dict[str, Any]
) -> None:
    """Make ``drawn_levels``; where every pair was compared they are known."""
    connection.execute(
        "create or replace table drawn_levels as "
        "select levels.* from levels semi join drawn using (l, r)"
    )
    if count_rows(connection, "drawn_levels") < count_rows(connection, "drawn"):
        find_levels(connection, base, "drawn", "drawn_levels")


def _draw_pairs(connection: duckdb.DuckDBPyConnection, scope: str, seed: int) -> int:
    """Make ``drawn``, random pairs that may be linked; give how many there could be."""
    records = connection.execute("select n from standard order by n").fetchnumpy()["n"]
    size = len(records)
    if size * (size - 1) // 2 <= _RANDOM_PAIRS:
        left, right = np.triu_indices(size, 1)
        drawn = np.stack([records[left], records[right]])
    else:
        drawn = np.random.default_rng(seed).choice(records, size=(2, _RANDOM_PAIRS))
        drawn.sort(axis=0)
    connection.register("sampled", {"l": drawn[0], "r": drawn[1]})
    connection.execute(
        "create or replace table drawn as select distinct "
        "l, r, null::utinyint as rule, false as is_certain from sampled "
        "inner join records as a on a.n = l inner join records as b on b.n = r "
        f"where l < r and {scope} order by l, r"
    )
    connection.unregister("sampled")
    row = connection.execute(
        f"""
        with sizes as (select provider, count(*) as size from records group by provider)
        select
            coalesce(sum(case
                when a.provider = b.provider then a.size * (a.size - 1) / 2
                when a.provider < b.provider then a.size * b.size
            end), 0)
        from sizes as a, sizes as b
        where {scope}
        """
    ).fetchall()[0]
    return int(row[0])


def _label_by_groups(connection: duckdb.DuckDBPyConnection, scope: str) -> int:
    """Make ``labelled_levels`` of pairs inside people; give how many there are."""
    inside = (
        "from groups as one inner join groups as two "
        "on two.label = one.label and two.n > one.n "
        "inner join records as a on a.n = one.n inner join records as b on b.n = two.n "
        "semi join (select label from groups group by label having count(*) "
        f"<= {_LARGEST_PERSON}) as small on small.label = one.label where {scope}"
    )
    connection.execute(
        f"create or replace table labelled as select one.n as l, two.n as r {inside} "
        f"order by hash(hash(l, r)), l, r limit {_LABELLED_PAIRS}"
    )
    connection.execute(
        "create or replace table labelled_levels as "
        "select levels.* from levels semi join labelled using (l, r)"
    )
    row = connection.execute(f"select count(*) {inside}").fetchall()[0]
    return int(row[0])


def _count_and_set(
    connection: duckdb.DuckDBPyConnection,
    comparisons: Comparisons,
    settings: dict[str, Any],
    side: str,
    levels: str,
) -> None:
    """Replace m or u of every level by its share, leaning on what is written down."""
    for comparison in settings["comparisons"]:
        written = comparisons[comparison["output_column_name"]]["levels"]
        counts = count_levels(connection, comparison, levels)
        set_shares(comparison, written, side, counts, _PRIOR_PAIRS[side], _LEAST[side])
