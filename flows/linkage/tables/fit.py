"""Fit m, u and the prior to one table, without labels, leaning on what is written down.

The table is linked with the parameters that stand in ``comparisons.yml``; pairs inside
the people that come out are counted as pairs of one person, random pairs outside them
as pairs of two; and so again, a few times. Pairs inside a person that no rule compared
are counted too: they show how often a person's records differ.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from flows.linkage.policy import Policy
from flows.linkage.scoring import build_settings, predict, score_pairs
from flows.linkage.tables.grouping import group_table
from flows.linkage.tables.method import Method

_ROUNDS = 4
_RANDOM_PAIRS = 600_000
_LABELLED_PAIRS = 200_000
# The parameters that are written down count as so many pairs.
_PRIOR_PAIRS = {"m": 60, "u": 200}
_LEAST = {"m": 2e-3, "u": 5e-6}
_LARGEST_PERSON = 40
_SMALLEST_PRIOR = 1e-9
_PRIOR = "probability_two_random_records_match"


@dataclass(frozen=True)
class Fit:
    """What was fitted, and from how much.

    Attributes:
        settings: Splink's settings with fitted parameters and prior.
        prior: chance that two records that may be linked are one person.
        same_pairs: pairs taken for one person.
        random_pairs: pairs drawn at random.
    """

    settings: dict[str, Any]
    prior: float
    same_pairs: int
    random_pairs: int


def fit_table(
    connection: duckdb.DuckDBPyConnection,
    method: Method,
    scope: str,
    seed: int,
    folder: Path,
) -> Fit:
    """Fit a model to the table.

    Args:
        connection: holds ``standard``, ``pairs``, ``certain_pairs`` and ``records``.
        method: comparisons and policy.
        scope: condition on two rows of ``records``, ``a`` and ``b``: may they be linked.
        seed: draws the random pairs.
        folder: for the model of each round.
    """
    settings = build_settings(method.comparisons)
    possible = _draw_pairs(connection, scope, seed)
    _keep_levels(connection, settings, "drawn")
    prior = method.policy.match_prior(_count(connection, "standard"))
    _count_and_set(connection, method, settings, "u", "drawn_levels")
    same = 0
    for turn in range(_ROUNDS):
        path = folder / "model.json"
        path.write_text(json.dumps(settings), encoding="utf-8")
        policy = set_prior(connection, method.policy, prior)
        score_pairs(connection, policy, path)
        if not turn:
            _drop_hopeless(connection)
        group_table(connection, policy, {**settings, _PRIOR: prior})
        found = _label_by_groups(connection, scope)
        same = _count(connection, "labelled")
        if not same:
            break
        _keep_levels(connection, settings, "labelled")
        _count_and_set(connection, method, settings, "m", "labelled_levels")
        connection.execute(
            "create or replace table apart_levels as select drawn_levels.* "
            "from drawn_levels anti join (select a.n as n_l, b.n as n_r from groups as a "
            "inner join groups as b on b.label = a.label and b.n > a.n) as same "
            "using (n_l, n_r)"
        )
        _count_and_set(connection, method, settings, "u", "apart_levels")
        prior = max(found / max(possible, 1), _SMALLEST_PRIOR)
    settings[_PRIOR] = prior
    return Fit(settings, prior, same, _count(connection, "drawn"))


def set_prior(
    connection: duckdb.DuckDBPyConnection, policy: Policy, prior: float
) -> Policy:
    """Make a policy whose prior is this one, whatever the number of records."""
    records = _count(connection, "standard")
    return policy.model_copy(
        update={
            "other_records_per_record": prior * max(records, 1),
            "smallest_population": 1,
        }
    )


def _drop_hopeless(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "create or replace table pairs as select pairs.* from pairs "
        "semi join edges using (l, r) order by l, r"
    )


def _draw_pairs(
    connection: duckdb.DuckDBPyConnection, scope: str, seed: int
) -> int:
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
        "create or replace table drawn as select distinct l, r from sampled "
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
    """Make ``labelled``, pairs inside people; give how many there are in all."""
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
    row = connection.execute(f"select count(*) {inside}").fetchall()[0]
    return int(row[0])


def _keep_levels(
    connection: duckdb.DuckDBPyConnection, settings: dict[str, Any], pairs: str
) -> None:
    """Make ``<pairs>_levels``: which level of each comparison a pair is at."""
    keeping = {
        **settings,
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
    }
    scored = predict(connection, keeping, pairs)
    names = [c["output_column_name"] for c in settings["comparisons"]]
    listed = "".join(f", gamma_{name}" for name in names)
    connection.execute(
        f"create or replace table {pairs}_levels as select n_l, n_r{listed} "
        f"from {scored}"
    )


def _count_and_set(
    connection: duckdb.DuckDBPyConnection,
    method: Method,
    settings: dict[str, Any],
    side: str,
    levels: str,
) -> None:
    """Replace m or u of every level by its share, leaning on what is written down."""
    for comparison in settings["comparisons"]:
        name = comparison["output_column_name"]
        counts = dict(
            connection.execute(
                f"select gamma_{name}, count(*) from {levels} group by 1"
            ).fetchall()
        )
        written = method.comparisons[name]["levels"]
        built = comparison["comparison_levels"][1:]
        seen = [counts.get(len(built) - 1 - place, 0) for place in range(len(built))]
        lean = _PRIOR_PAIRS[side]
        for one, level, count in zip(built, written, seen, strict=True):
            if level.get("fixed"):
                continue
            share = (count + lean * level[side]) / (sum(seen) + lean)
            least = level.get(f"least_{side}", _LEAST[side])
            one[f"{side}_probability"] = float(f"{max(share, least):.4g}")


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0
