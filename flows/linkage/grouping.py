"""Edges become groups of records; groups that cannot be one person are kept apart."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from flows.linkage.guard import Edge, regroup
from flows.linkage.policy import FOLDER, Policy


@dataclass(frozen=True)
class Grouping:
    """What grouping did: counts only."""

    refused_merges: int
    largest_group: int


def group_records(connection: duckdb.DuckDBPyConnection, policy: Policy) -> Grouping:
    """Make ``groups`` (n, label): records of one label are one person.

    Components of the edges that hold conflicting numbers, or two records that cannot
    be one person, are rebuilt edge by edge (see :func:`flows.linkage.guard.regroup`).

    Args:
        connection: holds ``records``, ``standard``, ``edges`` and ``identifiers``.
        policy: threshold and guards.
    """
    labels = _connect_components(connection, policy)
    _find_conflicts(connection, policy)
    edges, numbers, conflicts = _read_suspects(connection, policy)
    regrouped, refused = regroup(
        edges,
        numbers,
        conflicts,
        policy.ambiguity_margin,
        frozenset(policy.reissued_identifiers),
    )
    for record, label in regrouped.items():
        labels[record] = label
    _store(connection, "groups", labels)
    largest = int(np.bincount(labels).max()) if len(labels) else 0
    return Grouping(refused_merges=refused, largest_group=largest)


def _connect_components(
    connection: duckdb.DuckDBPyConnection, policy: Policy
) -> np.ndarray:
    """Label every record with the smallest record number of its component."""
    counted = connection.execute("select count(*) from records").fetchone()
    size = int(counted[0]) if counted else 0
    labels = np.empty(0, dtype=np.int64)
    if size:
        linked = connection.execute(
            f"select l, r from edges where {_is_linked(policy)} order by l, r"
        ).fetchnumpy()
        ones = np.ones(len(linked["l"]), dtype=np.int8)
        graph = coo_array((ones, (linked["l"], linked["r"])), shape=(size, size))
        _, component = connected_components(graph, directed=False)
        _, first = np.unique(component, return_index=True)
        labels = first[component]
    _store(connection, "components", labels, "component")
    return labels


def _find_conflicts(connection: duckdb.DuckDBPyConnection, policy: Policy) -> None:
    """Make ``conflicts`` and ``suspects``, the components that need rebuilding."""
    statements = (FOLDER / "conflicts.sql").read_text(encoding="utf-8")
    kinds = _list_guarded(policy)
    connection.execute(
        statements.replace("$junior_years", str(policy.junior_years)).replace(
            "$threshold_weight", str(policy.threshold_weight)
        )
    )
    connection.execute(
        f"""
        create or replace table suspects as
        select components.component
        from identifiers
        inner join components using (n)
        where identifiers.kind in ({kinds})
        group by components.component, identifiers.kind
        having count(distinct identifiers.identifier) > 1
        union
        select components.component
        from conflicts
        inner join components on components.n = conflicts.l
        """
    )


def _read_suspects(
    connection: duckdb.DuckDBPyConnection, policy: Policy
) -> tuple[list[Edge], dict[int, dict[str, set[str]]], list[tuple[int, int]]]:
    """Read edges, guarded numbers and conflicts of the suspect components."""
    edges = connection.execute(
        f"""
        select l, r, match_weight, is_certain
        from edges
        inner join components on components.n = edges.l
        semi join suspects using (component)
        where {_is_linked(policy)}
        """
    ).fetchall()
    kinds = _list_guarded(policy)
    held = connection.execute(
        f"""
        select n, kind, identifier
        from identifiers
        inner join components using (n)
        semi join suspects using (component)
        where kind in ({kinds})
        """
    ).fetchall()
    numbers: dict[int, dict[str, set[str]]] = {}
    for record, kind, identifier in held:
        numbers.setdefault(record, {}).setdefault(kind, set()).add(identifier)
    conflicts = connection.execute("select l, r from conflicts").fetchall()
    return [Edge(*row) for row in edges], numbers, conflicts


def _list_guarded(policy: Policy) -> str:
    guarded = (*policy.guarded_identifiers, *policy.reissued_identifiers)
    return ", ".join(f"'{kind}'" for kind in guarded)


def _is_linked(policy: Policy) -> str:
    return f"(is_certain or match_weight >= {policy.threshold_weight})"


def _store(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    labels: np.ndarray,
    name: str = "label",
) -> None:
    numbered = {"n": np.arange(len(labels)), "label": labels}
    connection.register("numbered", numbered)
    connection.execute(
        f"create or replace table {table} as "
        f"select n::integer as n, label::integer as {name} from numbered order by n"
    )
    connection.unregister("numbered")
