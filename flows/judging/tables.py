"""What ``link run`` wrote against the truth about a table of one's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from flows.duck import connect
from flows.errors import LinkageError
from flows.judging.measures import ClusterQuality, measure_clusters
from flows.judging.reading import (
    Clusters,
    find_columns,
    is_repeated,
    read_links,
    read_truth,
    store_clusters,
)
from flows.judging.subgroups import SubgroupQuality, measure_subgroups
from flows.judging.weights import AtWeight, sweep_weights

_MOST_SUBGROUPS = 50


@dataclass(frozen=True)
class Truth:
    """Who belongs together, as somebody brings it.

    Attributes:
        path: a table with a row per record.
        record: heading of the record's id; empty: found by its name, as are the others.
        person: heading of the person's id.
        source: heading of where a record is from; needed where ids repeat.
        by: headings of columns whose values are subgroups.
    """

    path: Path
    record: str = ""
    person: str = ""
    source: str = ""
    by: tuple[str, ...] = ()


@dataclass
class Judged:
    """What links came to against the truth.

    Attributes:
        quality: of all records.
        subgroups: of the records of each value of each ``by`` column.
        weights: by whole match weight, if edges were given.
        taken: what columns were taken for, in words.
        remarks: what was left out, in words.
    """

    quality: ClusterQuality
    subgroups: list[SubgroupQuality] = field(default_factory=list)
    weights: list[AtWeight] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def judge_links(links: Path, truth: Truth, edges: Path | None = None) -> Judged:
    """Say how well records were put together.

    Args:
        links: what ``link run`` wrote.
        truth: who belongs together.
        edges: the pairs that ``link run --edges`` wrote, for a sweep over weights.

    Raises:
        LinkageError: a file cannot be used, or the two have no record in common.
    """
    with connect() as connection:
        found = read_links(connection, links, "given_links")
        told = load_truth(connection, truth, found)
        by_source = needs_source(connection, found, told)
        store_clusters(connection, found, "found", with_source=by_source)
        nameless = store_clusters(connection, told, "truth", with_source=by_source)
        judged = Judged(
            measure_clusters(connection, "found", "truth"),
            taken=_say_taken(told, by_source=by_source),
            remarks=_say_nameless(nameless),
        )
        if truth.by:
            columns = find_columns(told, list(truth.by))
            _store_subgroups(connection, told, columns, with_source=by_source)
            judged.subgroups = measure_subgroups(
                connection, "found", "truth", "subgroups"
            )
        if edges is not None:
            true_pairs = judged.quality.true_pairs
            judged.weights = sweep_weights(
                connection, edges, true_pairs, with_source=by_source
            )
    return judged


def load_truth(
    connection: duckdb.DuckDBPyConnection, truth: Truth, links: Clusters
) -> Clusters:
    """Read the truth that links are compared with."""
    return read_truth(
        connection, truth.path, "given_truth", links,
        truth.record, truth.person, truth.source,
    )  # fmt: skip


def needs_source(
    connection: duckdb.DuckDBPyConnection, links: Clusters, told: Clusters
) -> bool:
    """Is a record known by its source and its id, since ids repeat?

    Raises:
        LinkageError: ids repeat and one of the two does not say where records are from.
    """
    if not (is_repeated(connection, links) or is_repeated(connection, told)):
        return False
    for one in (links, told):
        if not one.source:
            raise LinkageError(
                f"Ids of records repeat, so {one.path} must say in a column where each "
                "record is from, as 'source' of the links does. Of a truth, --source "
                f"says which it is. Its columns: {', '.join(one.columns)}."
            )
    return True


def _say_taken(told: Clusters, *, by_source: bool) -> list[str]:
    taken = [f"{told.record} as the record's id", f"{told.person} as the person's"]
    return [*taken, f"{told.source} as where it is from"] if by_source else taken


def _say_nameless(rows: int) -> list[str]:
    if not rows:
        return []
    return [f"{rows:,} rows of the truth name no record or no person: left out."]


def _store_subgroups(
    connection: duckdb.DuckDBPyConnection,
    told: Clusters,
    columns: list[str],
    *,
    with_source: bool,
) -> None:
    """Make ``subgroups`` of the values of columns."""
    for heading in columns:
        column = told.sql(heading)
        row = connection.execute(
            f"select count(distinct {column}) from {told.table}"
        ).fetchone()
        if row and row[0] > _MOST_SUBGROUPS:
            raise LinkageError(
                f"{heading} has {row[0]:,} different values; a column of subgroups has "
                f"at most {_MOST_SUBGROUPS}. Name one with fewer, or band it first."
            )
    record = told.record_sql(with_source=with_source)
    parts = " union all ".join(
        f"select {record} as record, "
        f"? || ': ' || coalesce({told.sql(heading)}, 'not recorded') as subgroup "
        f"from {told.table}"
        for heading in columns
    )
    connection.execute(f"create or replace table subgroups as {parts}", columns)
