"""How well records were put together: pairs and B-cubed, found against true.

Both are sums over the contingency table of found and true clusters, so a cluster of ten
thousand records costs one row, not fifty million pairs.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from flows.duck import quote_name
from flows.errors import LinkageError


@dataclass(frozen=True)
class ClusterQuality:
    """Clusters as found against clusters as they are; shares from 0 to 1.

    Attributes:
        records: those in both tables; nothing else is measured.
        left_out: records that one table alone knows.
        found_clusters: how many labels were found.
        true_clusters: how many labels are true.
        largest_cluster: records of the largest cluster found.
        found_pairs: pairs of records put together.
        true_pairs: pairs of records that belong together.
        right_pairs: pairs that are both.
        precision: right pairs among the found; 1 where none was found.
        recall: right pairs among the true; 1 where none is true.
        f1: harmonic mean of both.
        b3_precision: of the records put with a record (itself among them), the share
            that belong there, averaged over records (Bagga and Baldwin 1998).
        b3_recall: of the records that belong with a record, the share put there.
        b3_f1: harmonic mean of both.
    """

    records: int
    left_out: int
    found_clusters: int
    true_clusters: int
    largest_cluster: int
    found_pairs: int
    true_pairs: int
    right_pairs: int
    precision: float
    recall: float
    f1: float
    b3_precision: float
    b3_recall: float
    b3_f1: float


@dataclass(frozen=True)
class MergedKin:
    """People who are easily taken for one another, and how many of them were.

    Attributes:
        pairs: pairs of such people who both have a record.
        merged: pairs that share a cluster, if only by one record of each.
        share: merged among all of them; 0 where there are none.
    """

    pairs: int
    merged: int
    share: float


def measure_clusters(
    connection: duckdb.DuckDBPyConnection, found: str, truth: str
) -> ClusterQuality:
    """Compare two ways of putting the same records together.

    Args:
        connection: holds both tables, each with a row per record: ``record`` and
            ``label``, of any type that can be compared.
        found: name of the table of clusters found.
        truth: name of the table of clusters as they are.

    Raises:
        LinkageError: a table has a record twice, or no record or label in a row; or
            the two have no record in common.
    """
    sizes = [check_clusters(connection, table) for table in (found, truth)]
    row = connection.execute(
        f"""
        with cells as (
            select
                found.label as found_label, truth.label as true_label, count(*) as n
            from {quote_name(found)} as found
            inner join {quote_name(truth)} as truth using (record)
            group by all
        ),

        sized as (
            select
                *,
                sum(n) over (partition by found_label) as found_size,
                sum(n) over (partition by true_label) as true_size,
            from cells
        ),

        found_side as (select sum(n) as size from cells group by found_label),

        true_side as (select sum(n) as size from cells group by true_label)

        select
            coalesce(sum(n), 0)::bigint,
            (select count(*) from found_side),
            (select count(*) from true_side),
            (select max(size)::bigint from found_side),
            (select sum(size * (size - 1) // 2)::bigint from found_side),
            (select sum(size * (size - 1) // 2)::bigint from true_side),
            sum(n * (n - 1) // 2)::bigint,
            -- Summed in one order: a sum of doubles depends on it.
            sum(n * n / found_size order by found_size, n) / sum(n),
            sum(n * n / true_size order by true_size, n) / sum(n),
        from sized
        """
    ).fetchone()
    if row is None or row[0] == 0:
        raise LinkageError(
            "The records put together and those whose truth is known have none in "
            "common: check that both name the record in the same way."
        )
    records, found_clusters, true_clusters, largest, pairs, true_pairs, right = row[:7]
    precision, recall = share(right, pairs), share(right, true_pairs)
    return ClusterQuality(
        records=records,
        left_out=sum(sizes) - 2 * records,
        found_clusters=found_clusters,
        true_clusters=true_clusters,
        largest_cluster=largest,
        found_pairs=pairs,
        true_pairs=true_pairs,
        right_pairs=right,
        precision=precision,
        recall=recall,
        f1=mean(precision, recall),
        b3_precision=row[7],
        b3_recall=row[8],
        b3_f1=mean(row[7], row[8]),
    )


def measure_merged(
    connection: duckdb.DuckDBPyConnection, found: str, truth: str, kin: str
) -> MergedKin:
    """Count pairs of people who were put together in part or whole.

    Args:
        connection: holds the tables.
        found: as in :func:`measure_clusters`.
        truth: as in :func:`measure_clusters`.
        kin: name of a table of two true labels a row, ``one`` and ``other``.
    """
    row = connection.execute(
        f"""
        with cells as (
            select distinct truth.label as true_label, found.label as found_label
            from {quote_name(found)} as found
            inner join {quote_name(truth)} as truth using (record)
        ),

        pairs as (
            select distinct one, other from {quote_name(kin)}
            where one in (select true_label from cells)
                and other in (select true_label from cells)
        ),

        merged as (
            select distinct one, other
            from pairs
            inner join cells as a on a.true_label = one
            inner join cells as b
                on b.true_label = other and b.found_label = a.found_label
        )

        select (select count(*) from pairs), (select count(*) from merged)
        """
    ).fetchone()
    pairs, merged = row or (0, 0)
    return MergedKin(pairs, merged, merged / pairs if pairs else 0.0)


def check_clusters(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """Count the rows of a table whose every record has one label."""
    row = connection.execute(
        "select count(*), count(distinct record), count(record), count(label) "
        f"from {quote_name(table)}"
    ).fetchone()
    rows, *counts = row or (0, 0, 0, 0)
    if any(count != rows for count in counts):
        raise LinkageError(
            f"{table}: {rows:,} rows, but {counts[0]:,} different records, and "
            f"{rows - min(counts[1:]):,} rows without a record or a label. Each record "
            "needs one row and one label."
        )
    return int(rows)


def share(part: int, whole: int) -> float:
    """Part of a whole; of nothing, all is right: 1."""
    return part / whole if whole else 1.0


def mean(precision: float, recall: float) -> float:
    """Harmonic mean of precision and recall; 0 where both are."""
    both = precision + recall
    return 2 * precision * recall / both if both else 0.0
