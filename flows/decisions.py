"""What people decided about two person records: one person, or two.

A decision outranks every model for ever. It names record ids of the vault, which stay
the same however often a provider sends a row again. Nothing is deleted: undoing fills
in who, when and why, and an earlier decision about the same two records then holds
again.

When a provider changes its own id of a person, the vault meets a new record. Where it
can be known which the old one was, linking carries over what was decided of it
(``reviewing/carrying.py``).
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import get_args

import duckdb

from flows.audit import append_entry, check_reason, name_actor
from flows.duck import connect, quote_text
from flows.errors import ActRefused
from flows.keys import Keys
from flows.landing.known import one_transaction, open_ledger
from flows.linkage.store import read_summary
from flows.paths import Place
from flows.reviewing.decided import (
    IN_FORCE,
    Decision,
    Scope,
    Source,
    Verdict,
    check_agreement,
    check_unseen,
    find_decision,
    find_record,
    insert_decisions,
    read_decisions,
)


def load_decisions(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the in-memory table ``decisions`` of what is in force.

    Its columns are ``record_l``, ``record_r`` (text, in order), ``verdict`` (``link``
    or ``unlink``) and ``decided_at``; one row per pair: its newest verdict that was not
    undone. *Not sure* is an answer, never in force. A vault that is older than
    decisions gives an empty table.

    Args:
        connection: has the vault attached as ``vault``; reading is enough.
    """
    found = connection.execute(
        "select 1 from duckdb_tables() "
        "where database_name = 'vault' and table_name = 'link_decisions'"
    ).fetchall()
    nothing = (
        "select ''::varchar as record_l, ''::varchar as record_r, "
        "''::varchar as verdict, null::timestamp as decided_at where false"
    )
    connection.execute(
        "create or replace table decisions as "
        f"select * from ({IN_FORCE if found else nothing}) order by record_l, record_r"
    )


def decide(
    place: Place,
    keys: Keys,
    record_a: str,
    record_b: str,
    verdict: str,
    reason: str,
    as_name: str | None = None,
    *,
    scope: str = "pair",
    source: str = "command",
    seen_at: dt.datetime | None = None,
) -> Decision:
    """Record whether two person records are one person; the next linking obeys.

    Args:
        place: the data folder.
        keys: must hold the identity branch.
        record_a: id of a record, or its first eight characters or more.
        record_b: the other record.
        verdict: one of :data:`Verdict`.
        reason: why, at least five characters.
        as_name: the reviewer's name, where the system's user is shared.
        scope: ``person`` unlinks ``record_a`` from every record of the person that
            ``record_b`` is in now.
        source: what asked for the decision, one of :data:`Source`.
        seen_at: when the reviewer was shown the records, UTC: a decision that another
            made since then stands.

    Returns:
        the decision on the two records named.

    Raises:
        ActRefused: no such record, the same record twice, another verdict, decided
            since it was seen, or other decisions in force say the opposite. Nothing
            was done.
        RunInProgress: a run is under way.
    """
    text = check_reason(reason)
    _check_words(verdict, scope, source)
    with open_ledger(place, keys) as vault:
        a, b = find_record(vault, record_a), find_record(vault, record_b)
        if a == b:
            raise ActRefused("These are the same record: it takes two to decide.")
        if seen_at is not None:
            check_unseen(vault, (a, b), seen_at)
        others = {b} | (_list_person(place, b) - {a} if scope == "person" else set())
        key, rest = str(uuid.uuid4()), sorted(others - {b})
        now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        decisions = [
            Decision(
                key, min(a, r), max(a, r), verdict, scope, text, source, "", now
            )
            for r in (b, *rest)
        ]  # fmt: skip
        with one_transaction(vault):
            insert_decisions(vault, decisions)
            check_agreement(vault, [a, *others])
            subjects = [key, a, b, *rest]
            _sign(vault, place, verdict, subjects, reason, as_name, "decided_by")
        return read_decisions(vault, key)[0]


def undo(
    place: Place, keys: Keys, decision_id: str, reason: str, as_name: str | None = None
) -> Decision:
    """Undo a decision: it stays written down, and no longer holds.

    Args:
        place: the data folder.
        keys: must hold the identity branch.
        decision_id: its id, or its first eight characters or more.
        reason: why, at least five characters.
        as_name: the reviewer's name, where the system's user is shared.

    Raises:
        ActRefused: no such decision, it was undone before, or an earlier one that would
            hold again contradicts others.
    """
    text = check_reason(reason)
    with open_ledger(place, keys) as vault:
        found = find_decision(vault, decision_id)
        key = found[0].decision_id
        with one_transaction(vault):
            now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
            vault.execute(
                "update vault.link_decisions set undone_at = ?, undone_reason = ? "
                "where decision_id = ?",
                [now, text, key],
            )
            records = {r for d in found for r in (d.record_l, d.record_r)}
            check_agreement(vault, sorted(records))
            subjects = [key, found[0].record_l, found[0].record_r, found[0].verdict]
            _sign(vault, place, "undo", subjects, reason, as_name, "undone_by")
        return read_decisions(vault, key)[0]


def list_decisions(
    place: Place, keys: Keys, limit: int | None = None
) -> list[Decision]:
    """List decisions, undone ones among them, the newest first.

    Args:
        place: the data folder.
        keys: must hold the identity branch.
        limit: how many pairs at most; all if left out.
    """
    with open_ledger(place, keys) as vault:
        return read_decisions(vault, limit=limit)


def _sign(
    vault: duckdb.DuckDBPyConnection,
    place: Place,
    act: str,
    subjects: list[str],
    reason: str,
    as_name: str | None,
    column: str,
) -> None:
    """Write an act down: in the audit log, and who did it beside the decision.

    It leaves a mark, too, by which a run sees without the vault that links may change.
    """
    entry = append_entry(place, f"review {act}", subjects, reason, as_name)
    key = subjects[0]
    vault.execute(
        f"update vault.link_decisions set {column} = ? where decision_id = ?",
        [name_actor(entry), key],
    )
    place.decided.write_text(f"{act} {key}\n", encoding="utf-8")


def _check_words(verdict: str, scope: str, source: str) -> None:
    for word, kind in ((verdict, Verdict), (scope, Scope), (source, Source)):
        if word not in get_args(kind):
            raise ActRefused(f"Expected one of {get_args(kind)}, got {word!r}.")
    if scope == "person" and verdict != "unlink":
        raise ActRefused("Only unlinking can be from a whole person.")


def _list_person(place: Place, record: str) -> set[str]:
    """Records of the person that a record is in now; itself alone before linking."""
    if not read_summary(place):
        return {record}
    path = quote_text(str(place.linked / "current" / "person_links.parquet"))
    with connect() as connection:
        rows = connection.execute(
            f"""
            select record_id from {path} where person_id =
                (select person_id from {path} where record_id = ?)
            """,
            [record],
        ).fetchall()
    return {record, *(found for (found,) in rows)}
