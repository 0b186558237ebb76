"""Make people of the weighed pairs of a table: components, and what holds them apart."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from flows.linkage.policy import Policy
from flows.linkage.scoring import predict
from flows.linkage.tables.agglomerate import agglomerate

FOLDER = Path(__file__).parent
# Inside a component of so many records every pair is weighed, compared before or not.
_LARGEST_WHOLE = 150
# What a pair that was never compared counts, and where weights stop counting.
_UNKNOWN = -4.0
_HIGHEST, _LOWEST = 12.0, -12.0
_LEAST_MEAN = 0.0


def group_table(
    connection: duckdb.DuckDBPyConnection,
    policy: Policy,
    settings: dict[str, Any],
) -> int:
    """Make ``groups`` (n, label): records of one label are one person.

    Components in which every pair agrees stay as they are; the others are built again
    by average linkage (see :mod:`flows.linkage.tables.agglomerate`).

    Args:
        connection: holds ``records``, ``standard``, ``edges``, ``own_numbers`` and
            ``identifiers``.
        policy: threshold and guards.
        settings: Splink's settings that the edges were weighed with.

    Returns:
        How many components were built again.
    """
    labels = _connect(connection, policy)
    _weigh_inside(connection, policy, settings)
    statements = (FOLDER / "conflicts.sql").read_text(encoding="utf-8")
    guarded = ", ".join(f"'{kind}'" for kind in policy.guarded_identifiers)
    connection.execute(
        statements.replace("$guarded", guarded).replace(
            "$junior_years", str(policy.junior_years)
        )
    )
    rebuilt = 0
    for weights, conflicts in _read_doubtful(connection):
        rebuilt += 1
        grouped = agglomerate(weights, conflicts, _LEAST_MEAN, _UNKNOWN)
        for record, label in grouped.items():
            labels[record] = label
    _store(connection, "groups", labels, "label")
    return rebuilt


def _connect(connection: duckdb.DuckDBPyConnection, policy: Policy) -> np.ndarray:
    """Make ``components``: the smallest record of the component of each record."""
    size = connection.execute("select count(*) from records").fetchall()[0][0]
    linked = connection.execute(
        "select l, r from edges where is_certain or "
        f"match_weight >= {policy.threshold_weight} order by l, r"
    ).fetchnumpy()
    ones = np.ones(len(linked["l"]), dtype=np.int8)
    graph = coo_array((ones, (linked["l"], linked["r"])), shape=(size, size))
    _, component = connected_components(graph, directed=False)
    _, first = np.unique(component, return_index=True)
    labels = first[component]
    _store(connection, "components", labels, "component")
    return labels


def _weigh_inside(
    connection: duckdb.DuckDBPyConnection, policy: Policy, settings: dict[str, Any]
) -> None:
    """Make ``inside``: every pair of a component that is weighed, with its weight."""
    connection.execute(
        f"""
        create or replace table missing as
        select a.n as l, b.n as r
        from components as a
        inner join components as b on b.component = a.component and b.n > a.n
        semi join (
            select component from components group by component
            having count(*) between 3 and {_LARGEST_WHOLE}
        ) as small on small.component = a.component
        anti join edges on edges.l = a.n and edges.r = b.n
        order by l, r
        """
    )
    count = connection.execute("select count(*) from missing").fetchall()[0][0]
    weighed = "select null::int as l, null::int as r, 0.0 as weight where false"
    if count:
        scored = predict(connection, settings, "missing")
        weighed = f"select n_l, n_r, round(match_weight, 6) from {scored}"
    connection.execute(
        f"""
        create or replace table inside as
        with told(l, r, weight) as (
            {weighed}
            union all
            select l, r, if(is_certain, greatest(match_weight, {policy.certain_weight}),
                match_weight)
            from edges
        )

        select
            a.component, told.l, told.r,
            greatest(least(told.weight, {_HIGHEST}), {_LOWEST}) as weight,
        from told
        inner join components as a on a.n = told.l
        inner join components as b on b.n = told.r and b.component = a.component
        order by a.component, told.l, told.r
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


def _store(
    connection: duckdb.DuckDBPyConnection, table: str, labels: np.ndarray, name: str
) -> None:
    numbered = {"n": np.arange(len(labels)), "label": labels}
    connection.register("numbered", numbered)
    connection.execute(
        f"create or replace table {table} as "
        f"select n::integer as n, label::integer as {name} from numbered order by n"
    )
    connection.unregister("numbered")
