"""Person records become people: pair, weigh, group, and keep each person's id.

Names and numbers are read from the vault into memory and stay there. What rests in
``03_linked`` holds random ids, weights and counts alone.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from flows.duck import attach_encrypted, connect
from flows.errors import LinkageError, SettingsError
from flows.keys import Keys
from flows.linkage.fingerprint import take_fingerprint
from flows.linkage.grouping import group_records
from flows.linkage.pairing import find_certain_pairs, pair_records
from flows.linkage.person_ids import Change, name_groups
from flows.linkage.policy import hash_files, load_policy
from flows.linkage.scoring import score_pairs
from flows.linkage.standardise import standardise_records
from flows.linkage.store import load_current, read_summary, write_run
from flows.paths import Place

_SPILL = ".link-"


@dataclass(frozen=True)
class LinkResult:
    """What linking did: counts only.

    ``linked_people`` are those with records of two or more providers; ``changes``
    counts the ids that changed in this run, by reason; ``was_new`` is false when
    nothing had changed and the standing result was kept.
    """

    records: int
    persons: int
    linked_people: int
    edges: int
    refused_merges: int
    changes: dict[str, int]
    seconds: float
    was_new: bool


def link(
    place: Place, keys: Keys, run_id: str, now: dt.datetime | None = None
) -> LinkResult:
    """Give every person record of the vault exactly one person.

    Writes ``03_linked/runs/<run_id>`` and makes it current. If neither the vault nor
    the method changed since the current run, nothing is written.

    Args:
        place: the data folder.
        keys: must hold the identity branch.
        run_id: id of the pipeline run, the name of the folder.
        now: time written beside each id change, UTC; the clock's if left out.

    Raises:
        LinkageError: no vault, or more pairs than the budget.
        SettingsError: the identity key is not at hand.
    """
    started = time.perf_counter()
    key = keys.for_identity("vault")
    if not place.vault.exists():
        raise LinkageError(f"No vault at {place.vault}: run ingest first.")
    for leftover in place.root.glob(f"{_SPILL}*"):
        shutil.rmtree(leftover)
    with tempfile.TemporaryDirectory(prefix=_SPILL, dir=place.root) as spill:
        connection = connect(Path(spill))
        try:
            _attach_vault(connection, place, key)
            fingerprint = take_fingerprint(connection, key)
            summary = read_summary(place)
            is_new = summary.get("fingerprint") != fingerprint
            if is_new:
                moment = now or dt.datetime.now(dt.UTC)
                number = summary.get("run_number", 0) + 1
                summary = _link_anew(connection, place, run_id, number, moment)
                summary["fingerprint"] = fingerprint
                write_run(connection, place, run_id, summary)
        finally:
            connection.close()
    return _describe(summary, time.perf_counter() - started, is_new)


def _attach_vault(
    connection: duckdb.DuckDBPyConnection, place: Place, key: bytes
) -> None:
    try:
        attach_encrypted(connection, place.vault, "vault", key, read_only=True)
    except duckdb.Error as error:
        raise SettingsError(
            f"The vault {place.vault} does not open with this key, or another process "
            "holds it. Use the key it was made with."
        ) from error


def _link_anew(
    connection: duckdb.DuckDBPyConnection,
    place: Place,
    run_id: str,
    number: int,
    now: dt.datetime,
) -> dict[str, Any]:
    """Run the steps in order; the tables ``new_*`` hold what will be written."""
    policy = load_policy()
    standardise_records(connection, policy)
    find_certain_pairs(connection, policy)
    left_out = pair_records(connection, policy)
    score_pairs(connection, policy)
    grouping = group_records(connection, policy)
    load_current(connection, place)
    changes = _name_people(connection, run_id, number, now)
    _prepare_edges(connection)
    return {
        **_count(connection),
        "run_id": run_id,
        "run_number": number,
        "refused_merges": grouping.refused_merges,
        "largest_group": grouping.largest_group,
        "values_left_out": left_out,
        "changes": changes,
        "model_hash": hash_files()["model"],
        "method_hash": hash_files()["method"],
    }


def _name_people(
    connection: duckdb.DuckDBPyConnection, run_id: str, number: int, now: dt.datetime
) -> dict[str, int]:
    rows = connection.execute(
        "select label, list(record_id order by record_id) from groups "
        "inner join records using (n) group by label order by label"
    ).fetchall()
    groups = dict(rows)
    previous = dict(connection.execute("from old_links").fetchall())
    first_seen = dict(connection.execute("from old_ids").fetchall())
    naming = name_groups(groups, previous, first_seen)
    named = pa.table(
        {
            "label": pa.array(naming.person_ids, pa.int32()),
            "person_id": pa.array(naming.person_ids.values(), pa.string()),
        }
    )
    connection.register("named", named)
    connection.execute(
        "create or replace table new_person_links as select record_id, person_id "
        "from groups inner join records using (n) inner join named using (label) "
        "order by record_id"
    )
    connection.execute(
        "create or replace table new_person_ids as select person_id, "
        f"coalesce(first_run_number, {number})::integer as first_run_number "
        "from (select person_id from named union select person_id from old_ids) "
        "left join old_ids using (person_id) order by person_id"
    )
    connection.unregister("named")
    _add_changes(connection, naming.changes, run_id, now)
    reasons = [change.reason for change in naming.changes]
    return {reason: reasons.count(reason) for reason in sorted(set(reasons))}


def _add_changes(
    connection: duckdb.DuckDBPyConnection,
    changes: list[Change],
    run_id: str,
    now: dt.datetime,
) -> None:
    moment = now.astimezone(dt.UTC).replace(tzinfo=None)
    added = pa.table(
        {
            "old_person_id": pa.array([c.old_person_id for c in changes], pa.string()),
            "new_person_id": pa.array([c.new_person_id for c in changes], pa.string()),
            "reason": pa.array([c.reason for c in changes], pa.string()),
            "run_id": pa.array([run_id] * len(changes), pa.string()),
            "changed_at": pa.array([moment] * len(changes), pa.timestamp("us")),
        }
    )
    connection.register("added", added)
    connection.execute(
        "create or replace table new_changes as "
        "select * from old_changes union all select * from added "
        "order by changed_at, run_id, old_person_id, new_person_id nulls last"
    )
    connection.unregister("added")


def _prepare_edges(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        """
        create or replace table new_edges as
        select
            a.record_id as record_id_l,
            b.record_id as record_id_r,
            edges.match_weight,
            edges.match_rule,
        from edges
        inner join records as a on a.n = edges.l
        inner join records as b on b.n = edges.r
        order by record_id_l, record_id_r
        """
    )


def _count(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    counted = connection.execute(
        """
        with people as (
            select person_id, count(distinct provider) as providers
            from new_person_links
            inner join records using (record_id)
            group by person_id
        )

        select
            (select count(*) from new_person_links),
            count(*),
            count(*) filter (where providers > 1),
            (select count(*) from new_edges),
        from people
        """
    ).fetchone()
    names = ("records", "persons", "linked_people", "edges")
    return dict(zip(names, counted or (0, 0, 0, 0), strict=True))


def _describe(summary: dict[str, Any], seconds: float, was_new: bool) -> LinkResult:
    return LinkResult(
        records=summary["records"],
        persons=summary["persons"],
        linked_people=summary["linked_people"],
        edges=summary["edges"],
        refused_merges=summary["refused_merges"],
        changes=summary["changes"] if was_new else {},
        seconds=round(seconds, 3),
        was_new=was_new,
    )
