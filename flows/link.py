"""Person records become people: pair, weigh, group, and keep each person's id.

Names and numbers are read from the vault into memory and stay there. What rests in
``03_linked`` holds random ids, weights and counts alone.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from flows.duck import attach_encrypted, connect
from flows.errors import LinkageError, SettingsError
from flows.keys import Keys
from flows.landing.told import check_vault_is_here
from flows.linkage import memory
from flows.linkage.night import Night, find_work, is_outdated, link_night
from flows.linkage.policy import hash_files, load_policy
from flows.linkage.store import check_run_id, load_current, read_summary, write_run
from flows.paths import Place
from flows.reviewing.carrying import carry_decisions

_SPILL = ".link-"


@dataclass(frozen=True)
class LinkResult:
    """What linking did: counts only.

    ``linked_people`` are those with records of two or more providers; ``changes``
    counts the ids that changed in this run, by reason; ``linked_by`` are, by kind of
    evidence, the records that are linked to another provider's, and all; ``was_new`` is
    false when nothing had changed and the standing result was kept.
    """

    records: int
    persons: int
    linked_people: int
    edges: int
    refused_merges: int
    changes: dict[str, int]
    linked_by: dict[str, tuple[int, int]]
    seconds: float
    was_new: bool


def link(
    place: Place,
    keys: Keys,
    run_id: str,
    now: dt.datetime | None = None,
    *,
    whole: bool = False,
) -> LinkResult:
    """Give every person record of the vault exactly one person.

    Writes ``03_linked/runs/<run_id>`` and makes it current. If neither the vault nor
    the method changed since the current run, nothing is written.

    Args:
        place: the data folder.
        keys: must hold the identity branch.
        run_id: id of the pipeline run, the name of the folder.
        now: time written beside each id change, UTC; the clock's if left out.
        whole: pair and weigh every record again, also those that did not change.

    Raises:
        LinkageError: nothing was ingested, or more pairs than the budget.
        SettingsError: the identity key or the vault is not at hand.
    """
    started = time.perf_counter()
    key = keys.for_identity("vault")
    check_vault_is_here(place)
    if not place.vault.exists():
        raise LinkageError(f"No vault at {place.vault}: run ingest first.")
    for leftover in place.root.glob(f"{_SPILL}*"):
        shutil.rmtree(leftover)
    with tempfile.TemporaryDirectory(prefix=_SPILL, dir=place.root) as spill:
        connection = connect(Path(spill))
        try:
            _attach_vault(connection, place, key)
            carry_decisions(connection, place)
            standing = read_summary(place)
            afresh = not _is_remembered(connection, standing)
            work = find_work(connection, afresh=afresh)
            is_new = whole or afresh or bool(work)
            if is_new:
                moment = now or dt.datetime.now(dt.UTC)
                number = standing.get("run_number", 0) + 1
                night = Night(run_id, number, moment, afresh=afresh, whole=whole)
                summary = _link_anew(connection, place, night)
            else:
                summary = standing
        finally:
            connection.close()
    return _describe(summary, time.perf_counter() - started, is_new)


def _attach_vault(
    connection: duckdb.DuckDBPyConnection, place: Place, key: bytes
) -> None:
    try:
        attach_encrypted(connection, place.vault, "vault", key)
    except duckdb.Error as error:
        raise SettingsError(
            f"The vault {place.vault} does not open with this key, or another process "
            "holds it. Use the key it was made with."
        ) from error


def _is_remembered(
    connection: duckdb.DuckDBPyConnection, standing: dict[str, Any]
) -> bool:
    """Does what the vault remembers belong to the run that stands, and to this method?

    A run that was killed between the two, another model or policy, or a vault without
    a memory: then everything is linked afresh. Ids are kept all the same.
    """
    memory.recall(connection)
    notes = memory.read_notes(connection)
    return bool(
        standing
        and notes.get("run_id") == standing["run_id"]
        and notes.get("method_hash") == hash_files()["method"]
    )


def _link_anew(
    connection: duckdb.DuckDBPyConnection, place: Place, night: Night
) -> dict[str, Any]:
    """Link what changed, or everything, and write it: the vault first, then the run."""
    policy = load_policy()
    load_current(connection, place)
    counts = None
    if not night.afresh:
        notes = memory.read_notes(connection)
        if not is_outdated(connection, policy, notes):
            counts = link_night(connection, policy, night)
    if counts is None:
        if not night.afresh:
            night = replace(night, afresh=True)
            find_work(connection, afresh=True)
        counts = link_night(connection, policy, night)
    summary = {
        **_count(connection),
        **(counts or {}),
        "run_id": night.run_id,
        "run_number": night.number,
        "is_afresh": night.afresh,
        "model_hash": hash_files()["model"],
        "method_hash": hash_files()["method"],
    }
    check_run_id(place, night.run_id)
    notes = {name: summary[name] for name in ("run_id", "method_hash", "holders")}
    memory.remember(connection, notes, afresh=night.afresh)
    write_run(connection, place, night.run_id, summary)
    return summary


def _count(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    counted = connection.execute(
        """
        select
            (select count(*) from new_person_links),
            count(*),
            count(*) filter (where providers > 1),
            (select count(*) from new_edges),
        from new_person_health
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
        linked_by={kind: (n, of) for kind, (n, of) in summary["linked_by"].items()},
        seconds=round(seconds, 3),
        was_new=was_new,
    )
