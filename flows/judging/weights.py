"""Pairs as they were weighed, from each match weight on, against the truth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from flows.duck import quote_name
from flows.errors import LinkageError
from flows.judging.measures import mean, share
from flows.judging.reading import read_table

_LEAST_WEIGHT, _MOST_WEIGHT = -20, 60
_EDGE_COLUMNS = ("source_l", "record_id_l", "source_r", "record_id_r", "match_weight")


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


def sweep_weights(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    true_pairs: int,
    *,
    with_source: bool,
) -> list[AtWeight]:
    """Say how right pairs are from each whole match weight on.

    Args:
        connection: holds ``found`` and ``truth``, ``record`` and ``label`` each.
        path: what ``link run --edges`` wrote.
        true_pairs: how many pairs belong together, of records in both.
        with_source: records are known by their source and their id.

    Returns:
        From the lightest weight there is to the heaviest.

    Raises:
        LinkageError: the file cannot be read, or is not of edges.
    """
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
        if with_source
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
