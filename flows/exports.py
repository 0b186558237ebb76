"""What an operator may know of exports, and do with one that is held.

Every act needs a reason, takes the writer lock, and is in the audit log before it takes
effect. Released, an export goes past the rule it was held for at the next run, and past
no other.
"""

from __future__ import annotations

import datetime as dt
import uuid

import duckdb

from flows.audit import append_entry, check_reason, name_actor
from flows.errors import ActRefused
from flows.events import EventLog
from flows.keys import Keys
from flows.landing.facts import Export
from flows.landing.known import (
    EXPORT_FACTS,
    ExportFacts,
    find_export,
    one_transaction,
    open_ledger,
    open_to_ask,
)
from flows.landing.ledger import enter_refusal
from flows.landing.pending import pending_folder, promote, repair
from flows.landing.telling import tell_unread
from flows.mappings import find_provider, load_providers
from flows.paths import Place
from flows.receipts.facts import Why
from flows.settings import providers_folder

STATES = ("received", "landed", "held", "refused")


def list_exports(
    place: Place,
    keys: Keys,
    provider: str | None = None,
    state: str | None = None,
    limit: int = 20,
) -> list[ExportFacts]:
    """List exports, the newest received first.

    Args:
        place: the data folder.
        keys: without the identity branch, what was told to later stages is listed.
        provider: only this provider's.
        state: only those in this state, one of :data:`STATES`.
        limit: how many at most.

    Raises:
        ActRefused: no such state, or nothing was ever received here.
    """
    if state is not None and state not in STATES:
        raise ActRefused(f"No state {state!r}. There are: {', '.join(STATES)}.")
    with open_to_ask(place, keys) as vault:
        rows = vault.execute(
            f"""
            select {EXPORT_FACTS} from vault.exports
            where ($provider is null or provider = $provider)
                and ($state is null or state = $state)
            order by received_at desc, export_id limit $limit
            """,
            {"provider": provider, "state": state, "limit": limit},
        ).fetchall()
    return [ExportFacts(*row) for row in rows]


def show_export(place: Place, keys: Keys, export_id: str) -> ExportFacts:
    """Give everything the ledger knows of one export.

    Args:
        place: the data folder.
        keys: without the identity branch, what was told to later stages is given.
        export_id: the id, or its first characters.

    Raises:
        ActRefused: no export, or more than one, begins so.
    """
    with open_to_ask(place, keys) as vault:
        return find_export(vault, export_id)


def release_export(
    place: Place, keys: Keys, export_id: str, reason: str, as_name: str | None = None
) -> ExportFacts:
    """Let the next run take a held export past the rule it is held for.

    Args:
        place: the data folder.
        keys: must hold the identity branch.
        export_id: the id, or its first characters.
        reason: why, at least five characters.
        as_name: the operator's name, where the system's user is shared.

    Returns:
        the export as it is now.

    Raises:
        ActRefused: no such export, it is not held, or the reason is none.
    """
    check_reason(reason)
    with open_ledger(place, keys) as vault:
        found = _find_held(vault, export_id)
        by = _write_down(place, "release export", found, reason, as_name)
        with one_transaction(vault):
            vault.execute(
                """
                update vault.exports set state = 'received', released_rules =
                    list_append(coalesce(released_rules, []), hold_rule)
                where export_id = ?
                """,
                [found.export_id],
            )
            _enter_decision(vault, found, "released", by, reason)
        _tell(place, found, "export.released")
        return find_export(vault, found.export_id)


def reject_export(
    place: Place, keys: Keys, export_id: str, reason: str, as_name: str | None = None
) -> ExportFacts:
    """Refuse a held export for good: nothing of it lands, and its receipt says so.

    Args and errors are those of :func:`release_export`.

    Returns:
        the export as it is now.
    """
    check_reason(reason)
    with open_ledger(place, keys) as vault:
        found = _find_held(vault, export_id)
        repair(place, vault)
        by = _write_down(place, "reject export", found, reason, as_name)
        folder = pending_folder(place, found.export_id)
        rule, words = str(found.hold_rule), str(found.hold_words)
        provider = find_provider(load_providers(providers_folder()), found.provider)
        export = Export(
            found.export_id, provider, str(found.file_name), found.export_date,
            found.received_at, found.file_kind,
        )  # fmt: skip
        with one_transaction(vault):
            tell_unread(vault, folder, export, "refused", Why(rule, words))
            enter_refusal(vault, found.export_id, rule, words, folder)
            _enter_decision(vault, found, "rejected", by, reason)
        promote(place, folder)
        _tell(place, found, "export.rejected")
        return find_export(vault, found.export_id)


def _find_held(vault: duckdb.DuckDBPyConnection, export_id: str) -> ExportFacts:
    found = find_export(vault, export_id)
    if found.state != "held":
        raise ActRefused(
            f"Export {found.export_id} is {found.state}, not held. Nothing was done."
        )
    return found


def _write_down(
    place: Place, act: str, found: ExportFacts, reason: str, as_name: str | None
) -> str:
    subjects = [found.export_id, found.provider, str(found.hold_rule)]
    return name_actor(append_entry(place, act, subjects, reason, as_name))


def _enter_decision(
    vault: duckdb.DuckDBPyConnection,
    found: ExportFacts,
    decision: str,
    by: str,
    reason: str,
) -> None:
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    vault.execute(
        """
        update vault.exports set
            decision = ?, decided_by = ?, decided_at = ?, decision_reason = ?
        where export_id = ?
        """,
        [decision, by, now, check_reason(reason), found.export_id],
    )


def _tell(place: Place, found: ExportFacts, event: str) -> None:
    """Tell of a decision; who made it and why is in the audit log alone."""
    events = EventLog(place, f"act-{uuid.uuid4().hex[:8]}")
    facts = {"provider": found.provider, "rule": found.hold_rule}
    events.emit(event, export_id=found.export_id, **facts)
