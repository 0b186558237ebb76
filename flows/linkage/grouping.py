"""Edges become groups of records; groups that cannot be one person are kept apart."""

from __future__ import annotations

import duckdb
import numpy as np

from flows.linkage.components import connect_records, store_labels
from flows.linkage.guard import Edge, Rules, regroup
from flows.linkage.policy import Policy
from flows.linkage.standardise import add_standard
from flows.linkage.staying import find_apart, join_weakly
from flows.linkage.steps import list_texts, run_step


def group_records(connection: duckdb.DuckDBPyConnection, policy: Policy) -> int:
    """Make ``groups``: records of one ``label`` are one person.

    Groups hang together by edges from the threshold on. Those that hold conflicting
    numbers, two records that cannot be one person, or a bridge between two crowds are
    rebuilt edge by edge (see :func:`flows.linkage.guard.regroup`). Then records that
    were one person stay so if a weaker edge holds them and nothing speaks against it.
    The strict reading takes the strongest edges alone, the loose one every edge that
    would let records stay together; ``firm`` is what would be joined today.

    Everything is decided inside one component, so the components that a night did not
    touch need not be looked at again.

    Args:
        connection: holds ``dirty``, ``near_edges``, ``rulings`` and ``was_person``,
            and ``standard`` or what makes it.
        policy: thresholds and guards.

    Returns:
        How many merges were refused.
    """
    _find_components(connection)
    add_standard(
        connection,
        "select n from components where component in "
        "(select component from components group by component having count(*) > 1)",
    )
    records, labels = connect_records(connection, "from dirty", _linked(policy))
    store_labels(connection, "grouped", records, label=labels)
    _find_conflicts(connection, policy)
    refused = _rebuild(connection, policy, records, labels)
    firm = labels.copy()
    store_labels(connection, "grouped", records, label=labels)
    find_apart(connection)
    join_weakly(connection, policy, labels, "a_was.person_id = b_was.person_id")
    store_labels(connection, "grouped", records, label=labels)
    find_apart(connection)
    loose = labels.copy()
    join_weakly(connection, policy, loose, "true")
    store_labels(connection, "grouped", records, label=labels, loose=loose, firm=firm)
    _add_strict(connection, policy)
    return refused


def _find_components(connection: duckdb.DuckDBPyConnection) -> None:
    """Make ``components``: what could be one person by any edge that lets one stay."""
    records, labels = connect_records(
        connection,
        "from dirty",
        "select l, r from near_edges "
        "union all select l, r from rulings where verdict = 'link'",
    )
    store_labels(connection, "components", records, component=labels)


def _linked(policy: Policy) -> str:
    return (
        "select l, r from near_edges "
        f"where is_certain or match_weight >= {policy.threshold_weight} "
        "union all select l, r from rulings where verdict = 'link'"
    )


def _find_conflicts(connection: duckdb.DuckDBPyConnection, policy: Policy) -> None:
    """Make ``conflicts`` and ``suspects``, the groups that need rebuilding."""
    run_step(
        connection,
        "conflicts",
        junior_years=policy.junior_years,
        threshold_weight=policy.threshold_weight,
    )
    guarded = list_texts((*policy.guarded_identifiers, *policy.reissued_identifiers))
    connection.execute(
        f"""
        create or replace table held as
        select identifiers.n, grouped.label, kind, identifier
        from identifiers
        inner join grouped using (n)
        where kind in ({guarded});

        create or replace table suspects as
        select label
        from held
        group by label, kind
        having count(distinct identifier) > 1
        union
        select a.label
        from (select l, r from conflicts union all select l, r from rulings) as apart
        inner join grouped as a on a.n = apart.l
        inner join grouped as b on b.n = apart.r
        where a.label = b.label
        union
        -- Few of the edges that it could have: two crowds and a bridge, perhaps.
        select label
        from (
            select label, count(*) as members from grouped group by label
        )
        inner join (
            select grouped.label, count(*) as edges
            from ({_linked(policy)}) as linked
            inner join grouped on grouped.n = linked.l
            group by grouped.label
        ) using (label)
        where members > 2 * {policy.sparse_records}
            and edges < {policy.sparse_density} * members * (members - 1)
        """
    )


def _rebuild(
    connection: duckdb.DuckDBPyConnection,
    policy: Policy,
    records: np.ndarray,
    labels: np.ndarray,
) -> int:
    """Rebuild the suspect groups; ``refused`` holds the merges that were not made."""
    # Kept whole: streamed, a large union of joins can wait for itself for ever.
    edges = connection.sql(
        f"""
        select l, r, match_weight, is_certain, false as is_decided
        from near_edges
        inner join grouped on grouped.n = near_edges.l
        semi join suspects using (label)
        where is_certain or match_weight >= {policy.threshold_weight}
        union all
        select l, r, rank, true, true
        from rulings
        inner join grouped on grouped.n = rulings.l
        semi join suspects using (label)
        where verdict = 'link'
        """
    ).fetchall()
    numbers: dict[int, dict[str, set[str]]] = {}
    for record, kind, identifier in connection.execute(
        "select n, kind, identifier from held semi join suspects using (label)"
    ).fetchall():
        numbers.setdefault(record, {}).setdefault(kind, set()).add(identifier)
    conflicts = connection.execute(
        "select l, r from conflicts inner join grouped on grouped.n = conflicts.l "
        "semi join suspects using (label)"
    ).fetchall()
    parted = connection.execute(
        "select l, r from rulings where verdict = 'unlink'"
    ).fetchall()
    regrouped, refused = regroup(
        [Edge(*row) for row in edges], numbers, conflicts, _rules(policy), parted
    )
    if regrouped:
        places = np.searchsorted(records, np.fromiter(regrouped, dtype=np.int64))
        labels[places] = np.fromiter(regrouped.values(), dtype=np.int64)
    turned = {
        "l": np.array([edge.l for edge in refused], dtype=np.int32),
        "r": np.array([edge.r for edge in refused], dtype=np.int32),
        "is_decided": np.array([edge.is_decided for edge in refused], dtype=np.bool_),
    }
    connection.register("turned_down", turned)
    connection.execute("create or replace table refused as from turned_down")
    connection.unregister("turned_down")
    return len(refused)


def _rules(policy: Policy) -> Rules:
    return Rules(
        margin=policy.ambiguity_margin,
        reissued=frozenset(policy.reissued_identifiers),
        sparse_records=policy.sparse_records,
        sparse_density=policy.sparse_density,
    )


def _add_strict(connection: duckdb.DuckDBPyConnection, policy: Policy) -> None:
    """Make ``groups`` of ``grouped``, with the strict reading inside each group."""
    records, strict = connect_records(
        connection,
        "select n from grouped",
        f"""
        select l, r
        from (
            select l, r from near_edges
            where is_certain or match_weight >= {policy.strict_weight}
            union all
            select l, r from rulings where verdict = 'link'
        ) as strong
        inner join grouped as a on a.n = strong.l
        inner join grouped as b on b.n = strong.r
        where a.label = b.label
        """,
    )
    store_labels(connection, "strictly", records, strict=strict)
    connection.execute(
        "create or replace table groups as "
        "select * from grouped inner join strictly using (n) order by n"
    )
