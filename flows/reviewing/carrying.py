"""Decisions follow a person when a provider changes its own id of them.

Two things make it known that a record is an earlier one under another id: the provider
says so (``named_by_provider``), or one export lacks the old record and brings a new one
that says word for word who the old one was (``same_identity``). What people decided of
the old record is then decided of the new one, too: written down as a decision of its
own, in the audit log, and undone like any other. Nothing is carried to a pair that
people have decided about themselves, or against other decisions.
"""

from __future__ import annotations

import datetime as dt
import uuid

import duckdb

from flows.audit import append_entry
from flows.contracts import load_identity
from flows.errors import ActRefused
from flows.landing.known import one_transaction
from flows.linkage.policy import load_policy
from flows.paths import Place
from flows.reviewing.decided import (
    IN_FORCE,
    Decision,
    check_agreement,
    insert_decisions,
)
from flows.reviewing.succession import find_successions

_REASONS = {
    "named_by_provider": "carried over: the provider says it was the record's id",
    "same_identity": "carried over: the export that lacks the record brings its very "
    "identity under another id",
}
_LONGEST_CHAIN = 20

_TO_CARRY = f"""
    with in_force as ({IN_FORCE}),

    moved as (
        select
            decisions.decision_id::varchar as decision_id,
            successions.old_record, successions.new_record, successions.rule,
            if(in_force.record_l = old_record, in_force.record_r, in_force.record_l)
                as other,
            in_force.verdict, decisions.decided_by, in_force.decided_at,
        from in_force
        inner join successions
            on successions.old_record in (in_force.record_l, in_force.record_r)
        inner join vault.link_decisions as decisions
            on decisions.record_l::varchar = in_force.record_l
            and decisions.record_r::varchar = in_force.record_r
            and decisions.decided_at = in_force.decided_at
            and decisions.verdict = in_force.verdict
            and decisions.undone_at is null
    ),

    -- Whatever people said of two records, undone or not, is theirs to change.
    said as (
        select distinct record_l::varchar as record_l, record_r::varchar as record_r
        from vault.link_decisions where verdict in ('link', 'unlink')
    )

    select moved.*
    from moved
    anti join said
        on said.record_l = least(moved.new_record, moved.other)
        and said.record_r = greatest(moved.new_record, moved.other)
    -- Told apart by people, they are not one record under two ids.
    anti join (from in_force where verdict = 'unlink') as apart
        on apart.record_l = least(moved.old_record, moved.new_record)
        and apart.record_r = greatest(moved.old_record, moved.new_record)
    where moved.other <> moved.new_record
    qualify row_number() over (
        partition by new_record, other order by decided_at desc, old_record
    ) = 1
    order by decided_at, new_record, other
"""


def carry_decisions(vault: duckdb.DuckDBPyConnection, place: Place) -> int:
    """Carry decisions over to records that are earlier ones under another id.

    Args:
        vault: a connection with the vault attached for writing, in no transaction.
        place: the data folder, for its audit log.

    Returns:
        How many decisions were carried over.
    """
    if not _holds_decisions(vault) or not find_successions(vault, _list_fields()):
        return 0
    carried, refused = 0, set[tuple[str, str]]()
    for _ in range(_LONGEST_CHAIN):
        found = [
            row
            for row in vault.execute(_TO_CARRY).fetchall()
            if (row[2], row[4]) not in refused
        ]
        if not found:
            break
        for row in found:
            try:
                _carry(vault, place, *row)
                carried += 1
            except ActRefused:
                # It would contradict what people decided since: theirs stands.
                refused.add((row[2], row[4]))
    return carried


def _carry(
    vault: duckdb.DuckDBPyConnection,
    place: Place,
    decision_id: str,
    old: str,
    new: str,
    rule: str,
    other: str,
    verdict: str,
    decided_by: str,
    decided_at: dt.datetime,
) -> None:
    key, reason = str(uuid.uuid4()), _REASONS[rule]
    decision = Decision(
        key, min(new, other), max(new, other), verdict, "pair", reason, "carried",
        decided_by, decided_at,
    )  # fmt: skip
    with one_transaction(vault):
        insert_decisions(vault, [decision])
        check_agreement(vault, [new, other])
        append_entry(
            place, f"carry {verdict}", [key, new, other, old, decision_id, rule], reason
        )


def _list_fields() -> list[str]:
    """Identity fields that a provider does not give out anew with an id."""
    reissued = {*load_policy().reissued_identifiers, "previous_source_key"}
    return [name for name in load_identity() if name not in reissued]


def _holds_decisions(vault: duckdb.DuckDBPyConnection) -> bool:
    found = vault.execute(
        "select 1 from duckdb_tables() "
        "where database_name = 'vault' and table_name = 'link_decisions'"
    ).fetchall()
    return bool(
        found
        and vault.execute(
            "select 1 from vault.link_decisions where undone_at is null limit 1"
        ).fetchall()
    )
