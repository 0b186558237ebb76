"""Connected components of records, and joining groups that are already made."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components


def label_nodes(left: np.ndarray, right: np.ndarray, size: int) -> np.ndarray:
    """Label nodes 0 to ``size`` - 1 by the smallest node of their component.

    Args:
        left: one end of each edge.
        right: the other end.
        size: how many nodes there are.
    """
    if not size:
        return np.empty(0, dtype=np.int64)
    ones = np.ones(len(left), dtype=np.int8)
    graph = coo_array((ones, (left, right)), shape=(size, size))
    _, component = connected_components(graph, directed=False)
    _, first = np.unique(component, return_index=True)
    return np.asarray(first[component])


def connect_records(
    connection: duckdb.DuckDBPyConnection, nodes: str, edges: str
) -> tuple[np.ndarray, np.ndarray]:
    """Label records by the smallest record they hang together with.

    Args:
        connection: holds both tables.
        nodes: SQL of record numbers ``n``.
        edges: SQL of pairs ``l``, ``r`` of these.

    Returns:
        Record numbers in order, and the label of each.
    """
    records = connection.execute(f"select n from ({nodes}) order by n").fetchnumpy()[
        "n"
    ]
    ends = connection.execute(f"select l, r from ({edges})").fetchnumpy()
    left, right = (np.searchsorted(records, ends[side]) for side in ("l", "r"))
    return records, records[label_nodes(left, right, len(records))]


def store_labels(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    records: np.ndarray,
    **labels: np.ndarray,
) -> None:
    """Make a table of record numbers and their labels.

    Args:
        connection: where it is made.
        table: its name.
        records: record numbers.
        labels: a column each, as long as ``records``.
    """
    connection.register("numbered", {"n": records, **labels})
    columns = ", ".join(f"{name}::integer as {name}" for name in ("n", *labels))
    connection.execute(
        f"create or replace table {table} as select {columns} from numbered"
    )
    connection.unregister("numbered")


def join_groups(
    edges: Iterable[tuple[int, int]], apart: Iterable[tuple[int, int]]
) -> dict[int, int]:
    """Join groups edge by edge unless two of them must stay apart.

    Args:
        edges: pairs of labels, the strongest first.
        apart: pairs of labels that are not one person.

    Returns:
        The smallest label of each group that an edge names.
    """
    enemies: dict[int, set[int]] = {}
    for left, right in apart:
        enemies.setdefault(left, set()).add(right)
        enemies.setdefault(right, set()).add(left)
    whole: dict[int, set[int]] = {}
    for left, right in edges:
        one = whole.setdefault(left, {left})
        other = whole.setdefault(right, {right})
        if one is other or any(
            not other.isdisjoint(enemies.get(label, ())) for label in one
        ):
            continue
        one |= other
        for label in other:
            whole[label] = one
    return {label: min(group) for label, group in whole.items()}
