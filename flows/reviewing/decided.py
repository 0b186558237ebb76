"""The vault's table of decisions: what is kept, what is in force, what cannot be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import duckdb

from flows.errors import ActRefused

Verdict = Literal["link", "unlink", "not_sure"]
Scope = Literal["pair", "person"]
Source = Literal["command", "review", "sample", "carried"]

_SHORTEST_PREFIX = 8

IN_FORCE = """
    select record_l::varchar as record_l, record_r::varchar as record_r,
        verdict, decided_at
    from vault.link_decisions
    where undone_at is null and verdict in ('link', 'unlink')
    -- Two within one tick of the clock: the one written last.
    qualify row_number() over (
        partition by record_l, record_r order by decided_at desc, rowid desc
    ) = 1
"""


@dataclass(frozen=True)
class Decision:
    """One row of ``vault.link_decisions``: a verdict on one pair of person records.

    Attributes:
        decision_id: an unlinking from a whole person has one for all its pairs.
        record_l: id of one record, before ``record_r`` in the order of text.
        verdict: ``link`` (one person), ``unlink`` (two people) or ``not_sure``.
        scope: ``person`` where a record was taken out of a whole person.
        source: ``command``, ``review`` (the queue asked), ``sample`` (the queue asked
            to find out how often links are right) or ``carried`` (the provider changed
            its id of a person; see ``carrying.py``).
        decided_at: UTC, as is ``undone_at``, which is None while it holds.
    """

    decision_id: str
    record_l: str
    record_r: str
    verdict: str
    scope: str
    reason: str
    source: str
    decided_by: str
    decided_at: dt.datetime
    undone_by: str | None = None
    undone_at: dt.datetime | None = None
    undone_reason: str | None = None


def find_record(vault: duckdb.DuckDBPyConnection, prefix: str) -> str:
    """Find the one person record whose id begins so.

    Raises:
        ActRefused: none, or more than one, or too few characters.
    """
    _check_length(prefix)
    rows = vault.execute(
        "select distinct id::varchar from vault.keys where kind = 'record' "
        "and starts_with(id::varchar, ?) limit 2",
        [prefix.lower()],
    ).fetchall()
    if len(rows) == 1:
        return str(rows[0][0])
    what = "More than one person record begins" if rows else "No person record begins"
    raise ActRefused(
        f"{what} with {prefix!r}. The ids stand in 03_linked/current and on the review "
        "screen. Nothing was done."
    )


def find_decision(vault: duckdb.DuckDBPyConnection, prefix: str) -> list[Decision]:
    """Find the rows of the one decision in force whose id begins so.

    Raises:
        ActRefused: none, or more than one, too few characters, or undone before.
    """
    _check_length(prefix)
    rows = vault.execute(
        "select distinct decision_id::varchar, undone_at is not null "
        "from vault.link_decisions where starts_with(decision_id::varchar, ?) limit 2",
        [prefix.lower()],
    ).fetchall()
    if len(rows) != 1:
        what = "More than one decision begins" if rows else "No decision begins"
        raise ActRefused(
            f"{what} with {prefix!r}. To see their ids: commonground review list"
        )
    if rows[0][1]:
        raise ActRefused(f"Decision {rows[0][0]} was undone before.")
    return read_decisions(vault, rows[0][0])


def _check_length(prefix: str) -> None:
    if len(prefix) < _SHORTEST_PREFIX:
        raise ActRefused(f"Give at least {_SHORTEST_PREFIX} characters of the id.")


def check_agreement(vault: duckdb.DuckDBPyConnection, records: Sequence[str]) -> None:
    """Refuse a record that decisions join, by way of others, to one it is kept from.

    Args:
        vault: an open transaction that holds the decisions as they would be.
        records: those that changed.

    Raises:
        ActRefused: naming two records, by id.
    """
    rows = vault.execute(
        f"""
        with recursive in_force as ({IN_FORCE}),
        sides as (
            select record_l as here, record_r as there from in_force
            where verdict = 'link'
            union all
            select record_r, record_l from in_force where verdict = 'link'
        ),
        joined as (
            select unnest($records) as seed, unnest($records) as record
            union
            select joined.seed, sides.there
            from joined inner join sides on sides.here = joined.record
        )

        select distinct in_force.record_l, in_force.record_r
        from in_force
        inner join joined as a on a.record = in_force.record_l
        inner join joined as b on b.record = in_force.record_r and b.seed = a.seed
        where in_force.verdict = 'unlink'
        order by all
        limit 1
        """,
        {"records": list(records)},
    ).fetchall()
    if rows:
        raise ActRefused(
            f"Decisions in force would contradict each other: records {rows[0][0]} and "
            f"{rows[0][1]} are kept apart by one and joined by others. Undo one of "
            "them first: commonground review list. Nothing was done."
        )


def check_unseen(
    vault: duckdb.DuckDBPyConnection, pair: tuple[str, str], seen_at: dt.datetime
) -> None:
    """Refuse to decide what another has decided since it was seen.

    Args:
        vault: a connection that has the vault.
        pair: ids of two records.
        seen_at: when the reviewer was shown them, UTC.

    Raises:
        ActRefused: a decision on the two that was not undone is newer.
    """
    rows = vault.execute(
        """
        select 1 from vault.link_decisions
        where record_l = ? and record_r = ? and undone_at is null and decided_at > ?
        limit 1
        """,
        [min(pair), max(pair), seen_at.astimezone(dt.UTC).replace(tzinfo=None)],
    ).fetchall()
    if rows:
        raise ActRefused(
            "Another reviewer has decided this pair since you were shown it. Your "
            "answer was not kept: skip it."
        )


def insert_decisions(
    vault: duckdb.DuckDBPyConnection, decisions: list[Decision]
) -> None:
    """Write decisions down, one row per pair of records."""
    columns = list(Decision.__dataclass_fields__)
    marks = ", ".join("?" for _ in columns)
    vault.executemany(
        f"insert into vault.link_decisions ({', '.join(columns)}) values ({marks})",
        [list(vars(decision).values()) for decision in decisions],
    )


def read_decisions(
    vault: duckdb.DuckDBPyConnection,
    decision_id: str | None = None,
    limit: int | None = None,
) -> list[Decision]:
    """Read decisions, the newest first; of one, the pair it was about comes first.

    Args:
        vault: a connection that has the vault.
        decision_id: only the rows of this one.
        limit: how many rows at most.
    """
    columns = ", ".join(
        f"{name}::varchar" if name.endswith(("_id", "_l", "_r")) else name
        for name in Decision.__dataclass_fields__
    )
    rows = vault.execute(
        f"""
        select {columns} from vault.link_decisions
        where $key is null or decision_id::varchar = $key
        order by decided_at desc, rowid limit $limit
        """,
        {"key": decision_id, "limit": limit},
    ).fetchall()
    return [Decision(*row) for row in rows]
