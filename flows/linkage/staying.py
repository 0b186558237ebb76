"""Below the threshold: who stays one person, and who is one in a loose reading."""

from __future__ import annotations

import duckdb
import numpy as np

from flows.linkage.components import join_groups
from flows.linkage.policy import Policy


def find_apart(connection: duckdb.DuckDBPyConnection) -> None:
    """Make ``apart``: groups that a weak edge may not join, whoever they were before.

    Args:
        connection: holds ``grouped``, ``held``, ``conflicts``, ``refused``,
            ``rulings`` and ``near_edges``.
    """
    connection.execute(
        """
        create or replace table held_by_group as
        select grouped.label, held.kind, list(distinct held.identifier) as numbers
        from held
        inner join grouped using (n)
        group by grouped.label, held.kind;

        -- Two steps, each a table: joined at once, DuckDB may begin with every two
        -- groups that hold a number of one kind.
        create or replace table weakly_held as
        select distinct b.label as r, mine.*
        from near_edges
        inner join grouped as a on a.n = near_edges.l
        inner join grouped as b on b.n = near_edges.r
        inner join held_by_group as mine on mine.label = a.label
        where a.label <> b.label;

        create or replace table apart as
        with against as (
            select l, r from conflicts
            union all
            select l, r from rulings where verdict = 'unlink'
            union all
            select l, r from refused
        )

        select a.label as l, b.label as r
        from against
        inner join grouped as a on a.n = against.l
        inner join grouped as b on b.n = against.r
        where a.label <> b.label
        union
        select weakly_held.label, weakly_held.r
        from weakly_held
        inner join held_by_group as other
            on other.label = weakly_held.r and other.kind = weakly_held.kind
        where not list_has_any(weakly_held.numbers, other.numbers)
        """
    )


def join_weakly(
    connection: duckdb.DuckDBPyConnection,
    policy: Policy,
    labels: np.ndarray,
    condition: str,
) -> None:
    """Join the groups of ``grouped`` by edges below the threshold.

    Joined is what no pair of groups speaks against, so the order of edges within what
    was one person does not matter: a second night gives the same groups.

    Args:
        connection: holds ``near_edges``, ``grouped``, ``was_person`` and ``apart``.
        policy: the threshold.
        labels: of the records in order; changed in place.
        condition: SQL over an edge and ``a_was`` and ``b_was``, the people its two
            records were.
    """
    weak = connection.execute(
        f"""
        select a.label, b.label
        from near_edges
        inner join grouped as a on a.n = near_edges.l
        inner join grouped as b on b.n = near_edges.r
        left join was_person as a_was on a_was.n = near_edges.l
        left join was_person as b_was on b_was.n = near_edges.r
        where a.label <> b.label
            and near_edges.match_weight < {policy.threshold_weight}
            and ({condition})
        order by near_edges.match_weight desc, near_edges.l, near_edges.r
        """
    ).fetchall()
    if not weak:
        return
    apart = connection.execute("select l, r from apart").fetchall()
    joined = join_groups(weak, apart)
    old = np.fromiter(sorted(joined), dtype=np.int64)
    new = np.fromiter((joined[label] for label in old.tolist()), dtype=np.int64)
    places = np.searchsorted(old, labels)
    places[places == len(old)] = 0
    hit = old[places] == labels
    labels[hit] = new[places[hit]]
