"""Groups of records get person ids: most keep theirs, and every change is logged."""

from __future__ import annotations

import datetime as dt

import duckdb
import pyarrow as pa

from flows.linkage.person_ids import NAMESPACE, Change, name_groups


def name_people(
    connection: duckdb.DuckDBPyConnection, run_id: str, number: int, now: dt.datetime
) -> dict[str, int]:
    """Make ``named`` (label, person_id), ``new_person_ids`` and ``new_changes``.

    A group whose records were one person and that person's only ones, and a group
    nobody has seen before, are named in SQL; the few others are weighed one by one.

    Args:
        connection: holds ``groups``, ``records``, ``was_person``, ``old_ids``,
            ``old_changes`` and ``gone_people``.
        run_id: written beside each change.
        number: of the run, counted from 1.
        now: written beside each change.

    Returns:
        How many ids changed, by reason.
    """
    _find_plain(connection)
    changes = _name_contested(connection)
    changes += [
        Change(person, None, "retired")
        for (person,) in connection.execute("from gone_people order by 1").fetchall()
    ]
    connection.execute(
        "create or replace table new_person_ids as select person_id, "
        f"coalesce(first_run_number, {number})::integer as first_run_number "
        "from (select person_id from named union select person_id from old_ids) "
        "left join old_ids using (person_id) order by person_id"
    )
    _add_changes(connection, changes, run_id, now)
    reasons = [change.reason for change in changes]
    return {reason: reasons.count(reason) for reason in sorted(set(reasons))}


def _find_plain(connection: duckdb.DuckDBPyConnection) -> None:
    """Make ``named`` of the plain cases, and ``contested``, labels of the others."""
    connection.execute(
        f"""
        create or replace table person_overlaps as
        select groups.label, was_person.person_id, count(*) as records
        from groups
        inner join was_person using (n)
        group by groups.label, was_person.person_id;

        create or replace table named as
        with kept as (
            select label, any_value(person_id) as person_id
            from person_overlaps
            group by label
            having count(*) = 1
        ),

        alone as (
            select person_id from person_overlaps group by person_id having count(*) = 1
        ),

        fresh as (
            select label, arg_min(record_id, record_id)::varchar as record_id
            from groups
            inner join records using (n)
            where label not in (select label from person_overlaps)
            group by label
        )

        select label, person_id from kept semi join alone using (person_id)
        union all
        select label, md5('{NAMESPACE}|' || record_id || '|0')::uuid::varchar
        from fresh;

        -- An id that somebody once had is not given out again.
        delete from named
        where label not in (select label from person_overlaps)
            and person_id in (select person_id from old_ids);

        create or replace table contested as
        select distinct label from groups anti join named using (label)
        """
    )


def _name_contested(connection: duckdb.DuckDBPyConnection) -> list[Change]:
    rows = connection.execute(
        """
        select label, list(record_id::varchar order by record_id)
        from groups
        semi join contested using (label)
        inner join records using (n)
        group by label
        order by label
        """
    ).fetchall()
    previous = connection.execute(
        """
        select records.record_id::varchar, was_person.person_id
        from groups
        semi join contested using (label)
        inner join records using (n)
        inner join was_person using (n)
        """
    ).fetchall()
    first_seen = connection.execute(
        """
        select person_id, first_run_number
        from old_ids
        semi join (from person_overlaps semi join contested using (label))
            using (person_id)
        """
    ).fetchall()

    def is_used(person_id: str) -> bool:
        found = connection.execute(
            "select count(*) from (select person_id from old_ids where person_id = $1 "
            "union all select person_id from named where person_id = $1)",
            [person_id],
        ).fetchone()
        return bool(found and found[0])

    naming = name_groups(dict(rows), dict(previous), dict(first_seen), is_used)
    minted = pa.table(
        {
            "label": pa.array(naming.person_ids, pa.int32()),
            "person_id": pa.array(naming.person_ids.values(), pa.string()),
        }
    )
    connection.register("minted", minted)
    connection.execute("insert into named select label, person_id from minted")
    connection.unregister("minted")
    return naming.changes


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
