"""Two ways of putting the same records together, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from flows.duck import connect
from flows.errors import LinkageError
from flows.judging.measures import ClusterQuality, check_clusters, measure_clusters
from flows.judging.reading import RUN_LINKS, read_links, store_clusters
from flows.judging.tables import Truth, load_truth, needs_source
from flows.linkage.store import list_runs
from flows.paths import Place


@dataclass(frozen=True)
class Compared:
    """How two outputs differ; of records that both name.

    People of the first are *equal* to one of the second, *merged* whole into a larger
    one, *split* into several, or *rearranged*: split, and parts put with others.

    Attributes:
        records: those in both.
        only_first: records that the first alone names; ``only_second``, the second.
        moved: records that share a person with others than before.
        first_people: people in the first; ``second_people`` in the second.
        equal: people of the first with the same records in the second.
        merged: taken whole into a larger person.
        split: parted, and joined by nobody else.
        rearranged: parted, and a part joined by others.
        first_pairs: pairs of records of one person; ``second_pairs``, in the second.
        gained: pairs in the second alone; ``lost``, in the first alone.
    """

    records: int
    only_first: int
    only_second: int
    moved: int
    first_people: int
    second_people: int
    equal: int
    merged: int
    split: int
    rearranged: int
    first_pairs: int
    second_pairs: int
    gained: int
    lost: int


@dataclass(frozen=True)
class SideBySide:
    """Two outputs compared, and each against the truth if there is one."""

    first: str
    second: str
    compared: Compared
    first_quality: ClusterQuality | None = None
    second_quality: ClusterQuality | None = None


def compare_links(first: Path, second: Path, truth: Truth | None = None) -> SideBySide:
    """Compare two outputs of ``link run``, or two linked runs.

    Args:
        first: links, or the folder of a linked run.
        second: the same.
        truth: who belongs together, or None.

    Raises:
        LinkageError: a file cannot be used, or they have no record in common.
    """
    with connect() as connection:
        a = read_links(connection, first, "given_first")
        b = read_links(connection, second, "given_second")
        by_source = needs_source(connection, a, b)
        qualities: list[ClusterQuality | None] = [None, None]
        if truth is not None:
            for place, links in enumerate((a, b)):
                told = load_truth(connection, truth, links)
                with_source = needs_source(connection, links, told)
                store_clusters(connection, links, "found", with_source=with_source)
                store_clusters(connection, told, "truth", with_source=with_source)
                qualities[place] = measure_clusters(connection, "found", "truth")
        store_clusters(connection, a, "first", with_source=by_source)
        store_clusters(connection, b, "second", with_source=by_source)
        return SideBySide(
            str(first), str(second), measure_changes(connection), *qualities
        )


def is_linked_run(path: Path) -> bool:
    """Is it a place's linked run, so that its counts are of real people?"""
    return path.is_dir() or path.name == RUN_LINKS


def find_last_runs(place: Place) -> tuple[Path, Path]:
    """Find the linked run before the last, and the last.

    Raises:
        LinkageError: fewer than two were kept.
    """
    runs = list_runs(place)
    if len(runs) < 2:
        raise LinkageError(
            f"{place.linked} holds {len(runs)} linked run(s); two are needed. The last "
            "two are kept: run again once something new has landed, or name two files."
        )
    return runs[-2], runs[-1]


def measure_changes(connection: duckdb.DuckDBPyConnection) -> Compared:
    """Compare the tables ``first`` and ``second``: ``record`` and ``label``.

    Raises:
        LinkageError: a record stands twice, or the two have none in common.
    """
    sizes = [check_clusters(connection, table) for table in ("first", "second")]
    row = connection.execute(
        """
        with cells as (
            select a.label as a, b.label as b, count(*) as n
            from first as a
            inner join second as b using (record)
            group by all
        ),

        sized as (
            select
                *,
                sum(n) over (partition by a) as a_size,
                sum(n) over (partition by b) as b_size,
            from cells
        ),

        people as (
            select
                a,
                any_value(a_size) as size,
                count(*) > 1 as is_parted,
                bool_or(b_size > n) as is_joined,
            from sized
            group by a
        ),

        pairs as (
            select
                (select sum(size * (size - 1) // 2) from people) as a,
                (select sum(size * (size - 1) // 2)
                    from (select sum(n) as size from cells group by b)) as b,
                (select sum(n * (n - 1) // 2) from cells) as of_both,
        )

        select
            coalesce((select sum(n) from cells), 0)::bigint,
            (select sum(n) from sized where a_size > n or b_size > n)::bigint,
            count(*),
            (select count(distinct b) from cells),
            count(*) filter (not is_parted and not is_joined),
            count(*) filter (not is_parted and is_joined),
            count(*) filter (is_parted and not is_joined),
            count(*) filter (is_parted and is_joined),
            any_value(pairs.a)::bigint,
            any_value(pairs.b)::bigint,
            any_value(pairs.b - pairs.of_both)::bigint,
            any_value(pairs.a - pairs.of_both)::bigint,
        from people
        cross join pairs
        """
    ).fetchone()
    if row is None or not row[0]:
        raise LinkageError(
            "The two have no record in common: check that they are of the same table."
        )
    records, moved, *rest = row
    return Compared(records, sizes[0] - records, sizes[1] - records, moved or 0, *rest)
