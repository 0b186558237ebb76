"""At most one partner in each other source: the best assignment of all."""

from __future__ import annotations

import duckdb
import numpy as np
from scipy.optimize import linear_sum_assignment

from flows.linkage.components import label_nodes

# A component that would need a larger table is assigned greedily, best edge first.
_LARGEST_SIDE = 2000


def keep_best_partners(
    connection: duckdb.DuckDBPyConnection, threshold_weight: float
) -> None:
    """Keep of ``edges`` those of the assignment with the largest sum of weights.

    Edges inside a source are dropped. Each pair of sources is assigned by itself.

    Args:
        connection: holds ``edges`` and ``records``.
        threshold_weight: weaker edges are not assigned.
    """
    between = connection.execute(
        f"""
        select
            if(a.provider < b.provider, edges.l, edges.r) as one,
            if(a.provider < b.provider, edges.r, edges.l) as two,
            match_weight as weight,
            least(a.provider, b.provider) || '|' || greatest(a.provider, b.provider)
                as sources,
        from edges
        inner join records as a on a.n = edges.l
        inner join records as b on b.n = edges.r
        where a.provider <> b.provider
            and match_weight >= {threshold_weight}
        order by sources, one, two
        """
    ).fetchnumpy()
    one, two = between["one"].astype(np.int64), between["two"].astype(np.int64)
    weight = between["weight"].astype(float)
    kept = np.zeros(len(one), dtype=bool)
    _, pair_of_sources = np.unique(between["sources"].astype(str), return_inverse=True)
    for sources in range(pair_of_sources.max(initial=-1) + 1):
        chosen = np.flatnonzero(pair_of_sources == sources)
        kept[chosen] = _assign(one[chosen], two[chosen], weight[chosen])
    connection.register("kept_edges", {"one": one[kept], "two": two[kept]})
    connection.execute(
        "create or replace table edges as select edges.* from edges "
        "semi join kept_edges on l = least(one, two) and r = greatest(one, two) "
        "order by l, r"
    )
    connection.unregister("kept_edges")


def _assign(one: np.ndarray, two: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Tell for each edge between two sources whether it is in the best assignment."""
    _, left = np.unique(one, return_inverse=True)
    _, right = np.unique(two, return_inverse=True)
    kept = np.zeros(len(one), dtype=bool)
    if not len(one):
        return kept
    size = left.max() + right.max() + 2
    component = label_nodes(left, right + left.max() + 1, size)[left]
    order = np.argsort(component, kind="stable")
    bounds = np.flatnonzero(np.diff(component[order])) + 1
    for edges in np.split(order, bounds):
        if len(edges) == 1:
            kept[edges] = True
        else:
            kept[edges] = _assign_component(left[edges], right[edges], weight[edges])
    return kept


def _assign_component(
    left: np.ndarray, right: np.ndarray, weight: np.ndarray
) -> np.ndarray:
    rows, row = np.unique(left, return_inverse=True)
    columns, column = np.unique(right, return_inverse=True)
    kept = np.zeros(len(weight), dtype=bool)
    if max(len(rows), len(columns)) > _LARGEST_SIDE:
        taken_rows, taken_columns = set(), set()
        for edge in np.lexsort((column, row, -weight)):
            if row[edge] not in taken_rows and column[edge] not in taken_columns:
                taken_rows.add(row[edge])
                taken_columns.add(column[edge])
                kept[edge] = True
        return kept
    gain = np.zeros((len(rows), len(columns)))
    gain[row, column] = weight
    chosen = dict(zip(*linear_sum_assignment(gain, maximize=True), strict=True))
    for edge, (r, c) in enumerate(zip(row, column, strict=True)):
        kept[edge] = chosen.get(r) == c and weight[edge] > 0
    return kept
