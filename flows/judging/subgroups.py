"""How well records of some people were put together, beside all others.

A pair is of a subgroup where either of its records is, since a pair that is missed
costs whoever is in it; or, if asked, only where both are.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from flows.duck import quote_name
from flows.judging.measures import mean, share


@dataclass(frozen=True)
class SubgroupQuality:
    """As :class:`flows.judging.measures.ClusterQuality`, of the pairs of a subgroup.

    Attributes:
        subgroup: what its records have in common.
        records: how many of them were found and have a truth.
        found_pairs: pairs put together of which a record (or both) is of the subgroup.
        true_pairs: such pairs that belong together.
        right_pairs: such pairs that are both.
        precision: right pairs among the found; 1 where none was found.
        recall: right pairs among the true; 1 where none is true.
        f1: harmonic mean of both.
        b3_precision: B-cubed precision, averaged over the subgroup's records.
        b3_recall: B-cubed recall, averaged over the subgroup's records.
        b3_f1: harmonic mean of both.
    """

    subgroup: str
    records: int
    found_pairs: int
    true_pairs: int
    right_pairs: int
    precision: float
    recall: float
    f1: float
    b3_precision: float
    b3_recall: float
    b3_f1: float


def measure_subgroups(
    connection: duckdb.DuckDBPyConnection,
    found: str,
    truth: str,
    subgroups: str,
    *,
    both: bool = False,
) -> list[SubgroupQuality]:
    """Compare two ways of putting records together, subgroup by subgroup.

    Sums over the contingency table again: of n records, s of a subgroup, n over 2 less
    n - s over 2 pairs hold at least one of the subgroup.

    Args:
        connection: holds the tables.
        found: as in :func:`flows.judging.measures.measure_clusters`.
        truth: as there; both have been checked by it.
        subgroups: name of a table of ``record`` and ``subgroup``, text; a record may
            be of several.
        both: only pairs of which both records are of the subgroup.

    Returns:
        One per subgroup, in the order of their names.
    """
    pairs = "s * (s - 1) // 2" if both else "(n * (n - 1) - (n - s) * (n - s - 1)) // 2"
    rows = connection.execute(
        f"""
        with joined as (
            select record, found.label as found_label, truth.label as true_label
            from {quote_name(found)} as found
            inner join {quote_name(truth)} as truth using (record)
        ),

        cells as (
            select found_label, true_label, count(*) as n from joined group by all
        ),

        found_sizes as (select found_label, sum(n) as n from cells group by all),

        true_sizes as (select true_label, sum(n) as n from cells group by all),

        parts as (
            select subgroup, found_label, true_label, count(*) as s
            from joined
            inner join {quote_name(subgroups)} as subgroups using (record)
            group by all
        ),

        found_side as (
            select subgroup, sum({pairs})::bigint as pairs
            from (
                select subgroup, found_label, sum(s) as s from parts group by all
            ) as parts
            inner join found_sizes using (found_label)
            group by subgroup
        ),

        true_side as (
            select subgroup, sum({pairs})::bigint as pairs
            from (
                select subgroup, true_label, sum(s) as s from parts group by all
            ) as parts
            inner join true_sizes using (true_label)
            group by subgroup
        ),

        shared as (
            select
                subgroup,
                sum(s)::bigint as records,
                sum({pairs.replace("n", "cells.n")})::bigint as pairs,
                -- Summed in one order: a sum of doubles depends on it.
                sum(s * cells.n / found_sizes.n order by found_sizes.n, cells.n, s)
                    / sum(s) as b3_precision,
                sum(s * cells.n / true_sizes.n order by true_sizes.n, cells.n, s)
                    / sum(s) as b3_recall,
            from parts
            inner join cells using (found_label, true_label)
            inner join found_sizes using (found_label)
            inner join true_sizes using (true_label)
            group by subgroup
        )

        select
            subgroup, records, found_side.pairs, true_side.pairs, shared.pairs,
            b3_precision, b3_recall,
        from shared
        inner join found_side using (subgroup)
        inner join true_side using (subgroup)
        order by subgroup
        """
    ).fetchall()
    return [_measure(*row) for row in rows]


def _measure(
    subgroup: str,
    records: int,
    found_pairs: int,
    true_pairs: int,
    right_pairs: int,
    b3_precision: float,
    b3_recall: float,
) -> SubgroupQuality:
    precision, recall = share(right_pairs, found_pairs), share(right_pairs, true_pairs)
    return SubgroupQuality(
        subgroup=subgroup,
        records=records,
        found_pairs=found_pairs,
        true_pairs=true_pairs,
        right_pairs=right_pairs,
        precision=precision,
        recall=recall,
        f1=mean(precision, recall),
        b3_precision=b3_precision,
        b3_recall=b3_recall,
        b3_f1=mean(b3_precision, b3_recall),
    )
