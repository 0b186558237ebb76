"""What ``link run`` wrote against the truth about a table of one's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from flows.duck import connect, quote_name
from flows.errors import LinkageError
from flows.judging.measures import ClusterQuality, mean, measure_clusters, share
from flows.judging.reading import (
    Clusters,
    find_columns,
    is_repeated,
    read_links,
    read_table,
    read_truth,
    store_clusters,
)
from flows.judging.subgroups import SubgroupQuality, measure_subgroups

_MOST_SUBGROUPS = 50
_LEAST_WEIGHT, _MOST_WEIGHT = -20, 60
_EDGE_COLUMNS = ("source_l", "record_id_l", "source_r", "record_id_r", "match_weight")


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


@dataclass(frozen=True)
class AtWeight:
    """Pairs as they were weighed, before people are made of them.

    Attributes:
        weight: pairs of at least this match weight are taken for one person.
        pairs: how many these are, of records whose truth is known.
        right: those that are one person.
        precision: right among them; 1 where there are none.
        recall: right among all true pairs, those never weighed among them.
        f1: harmonic mean of both.
    """

    weight: int
    pairs: int
    right: int
    precision: float
    recall: float
    f1: float


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
            judged.weights = _sweep(connection, edges, by_source, true_pairs)
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


def _sweep(
    connection: duckdb.DuckDBPyConnection, path: Path, by_source: bool, true_pairs: int
) -> list[AtWeight]:
    """Precision and recall of pairs from each whole match weight on."""
    columns, _ = read_table(connection, path, "given_edges")
    if missing := [name for name in _EDGE_COLUMNS if name not in columns]:
        raise LinkageError(
            f"{path} has no column {missing[0]}; --edges wants the pairs that "
            "'link run --edges' writes."
        )
    sql = {name: quote_name(columns[name]) for name in _EDGE_COLUMNS}
    sides = {
        side: f"coalesce({sql[f'source_{side}']}, '') || chr(31) || "
        f"{sql[f'record_id_{side}']}"
        if by_source
        else sql[f"record_id_{side}"]
        for side in "lr"
    }
    rows = connection.execute(
        f"""
        with weighed as (
            select
                greatest(least(
                    floor(try_cast({sql["match_weight"]} as double)), {_MOST_WEIGHT}
                ), {_LEAST_WEIGHT})::int as weight,
                a.label = b.label as is_right,
            from given_edges
            inner join truth as a on a.record = {sides["l"]}
            inner join truth as b on b.record = {sides["r"]}
            semi join found as c on c.record = {sides["l"]}
            semi join found as d on d.record = {sides["r"]}
        ),

        counted as (
            select weight, count(*) as pairs, count(*) filter (is_right) as is_right
            from weighed
            where weight is not null
            group by weight
        ),

        weights as (
            select unnest(range(min(weight), max(weight) + 1)) as weight from counted
        )

        select
            weight,
            (sum(coalesce(pairs, 0)) over (order by weight desc))::bigint,
            (sum(coalesce(is_right, 0)) over (order by weight desc))::bigint,
        from weights
        left join counted using (weight)
        order by weight
        """
    ).fetchall()
    swept = []
    for weight, pairs, right in rows:
        precision, recall = share(right, pairs), share(right, true_pairs)
        f1 = mean(precision, recall)
        swept.append(AtWeight(weight, pairs, right, precision, recall, f1))
    return swept


def best_weight(weights: list[AtWeight]) -> AtWeight | None:
    """The weight of the highest F1; the heaviest of equals."""
    return max(weights, key=lambda one: (one.f1, one.weight), default=None)
