"""One night's linking: only what changed is paired, weighed and grouped again.

A full run is a night in which everything counts as changed; both give the same people.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

import duckdb

from flows.decisions import load_decisions
from flows.duck import quote_text
from flows.linkage import memory
from flows.linkage.grouping import group_records
from flows.linkage.naming import name_people
from flows.linkage.pairing import (
    find_certain_pairs,
    find_outgrown,
    make_keys,
    measure_crowds,
    pair_records,
)
from flows.linkage.policy import MODEL, Policy
from flows.linkage.scoring import score_pairs
from flows.linkage.standardise import add_standard, begin_standard, number_records
from flows.linkage.steps import count_rows, list_texts, run_step
from flows.linkage.terms import count_terms


@dataclass(frozen=True)
class Night:
    """What a night is linked with.

    Attributes:
        run_id: of the pipeline run.
        number: of the run, counted from 1.
        now: time written beside each change, UTC.
        afresh: forget what was remembered and take the yardstick again.
        whole: pair and weigh every record again, by the yardstick that stands.
    """

    run_id: str
    number: int
    now: dt.datetime
    afresh: bool = False
    whole: bool = False


def find_work(connection: duckdb.DuckDBPyConnection, *, afresh: bool) -> int:
    """Number the records and count what changed since the last linking.

    Args:
        connection: has the vault attached as ``vault``.
        afresh: take everything for new.

    Returns:
        Records that are new, changed or gone, and human decisions made or undone.
    """
    memory.recall(connection, forget=afresh)
    number_records(connection)
    load_decisions(connection)
    connection.execute(
        """
        create or replace table ruled as
        with differ as (
            (from decisions except from known_rulings)
            union all
            (from known_rulings except from decisions)
        )

        select distinct records.n
        from (select unnest([record_l, record_r]) as record_id from differ) as named
        inner join records on records.record_id = named.record_id::uuid
        """
    )
    return count_rows(
        connection, "(from changed union all from gone union all from ruled)"
    )


def is_outdated(
    connection: duckdb.DuckDBPyConnection, policy: Policy, notes: dict[str, Any]
) -> bool:
    """Has the number of records moved so far that the yardstick no longer fits?"""
    before = max(int(notes["holders"]), policy.smallest_population)
    now = max(count_rows(connection, "records"), policy.smallest_population)
    return abs(now - before) > policy.growth * before


def link_night(
    connection: duckdb.DuckDBPyConnection, policy: Policy, night: Night
) -> dict[str, Any] | None:
    """Run the steps in order; the tables ``new_*`` hold what will be written.

    Args:
        connection: after :func:`find_work`, with the ``old_*`` tables of the last run.
        policy: the matching policy.
        night: what to link with.

    Returns:
        Counts for the run's summary, or None if a value has become so common that the
        yardstick must be taken again: then nothing was made.
    """
    if night.whole:
        connection.execute("create or replace table changed as select n from records")
    begin_standard(connection, "from changed")
    make_keys(connection, policy)
    settings = json.loads(MODEL.read_text(encoding="utf-8"))
    holders = _take_yardstick(connection, policy, settings, night)
    settings["probability_two_random_records_match"] = policy.match_prior(holders)
    connection.execute(
        "create or replace view kept_keys as from known_keys "
        "where n not in (from changed) and n not in (from gone)"
    )
    pair_records(connection, policy)
    if not night.afresh and find_outgrown(connection, policy):
        return None
    add_standard(connection, "select unnest([l, r]) as n from pairs")
    find_certain_pairs(connection, policy)
    score_pairs(connection, policy, settings)
    run_step(connection, "night", stay_weight=policy.stay_weight)
    refused = group_records(connection, policy)
    changes = name_people(connection, night.run_id, night.number, night.now)
    connection.execute(
        "create or replace table unchanged as "
        "select record_id from records where n not in (from changed)"
    )
    run_step(
        connection,
        "health",
        guarded=list_texts(policy.guarded_identifiers),
        sparse_records=policy.sparse_records,
        sparse_density=policy.sparse_density,
        many_records=policy.many_records,
    )
    run_step(connection, "outcome")
    normals = ", ".join(
        f"('{name}', {quote_text(kind.normal) if kind.normal else 'null'})"
        for name, kind in policy.evidence.items()
    )
    run_step(connection, "quality", normals=normals)
    return {
        "touched_records": count_rows(connection, "dirty"),
        "refused_merges": refused,
        "largest_group": _largest(connection),
        "values_left_out": count_rows(connection, "crowded"),
        "changes": changes,
        "holders": holders,
        "linked_by": _read_strengths(connection),
    }


def _read_strengths(
    connection: duckdb.DuckDBPyConnection,
) -> dict[str, tuple[int, int]]:
    """Records linked to another provider's, and all, by kind of evidence."""
    rows = connection.execute(
        "select of_what, found, counted from new_quality "
        "where figure = 'linked_by' and provider is null order by of_what"
    ).fetchall()
    return {kind: (found, counted) for kind, found, counted in rows}


def _take_yardstick(
    connection: duckdb.DuckDBPyConnection,
    policy: Policy,
    settings: dict[str, Any],
    night: Night,
) -> int:
    """Make ``crowded`` and ``terms``, anew or as they were; count their records."""
    if night.afresh:
        measure_crowds(connection, policy)
        count_terms(connection, settings)
        return count_rows(connection, "standard")
    connection.execute("create or replace table crowded as from known_crowded")
    connection.execute("create or replace table terms as from known_terms")
    return int(memory.read_notes(connection)["holders"])


def _largest(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute(
        "select coalesce(max(records), 0) from new_person_health"
    ).fetchone()
    return int(row[0]) if row else 0
