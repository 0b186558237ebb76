"""Publishing: gated marts become a release, whole or not at all.

A release is built aside, checked, and made current by moving one link. It holds the
analysts' database, an extract per recipient, what the gates found, and a manifest.
Nothing else lets data out.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.disclosure import protect_count
from flows.duck import attach_encrypted, connect
from flows.errors import PublishError
from flows.gate import stop_if_critical
from flows.gating.results import GateResult
from flows.gating.suites import list_marts
from flows.keys import Keys
from flows.paths import Place, replace_link, sync_entry, sync_to_disk
from flows.releasing.extracts import build_extracts
from flows.releasing.manifest import (
    Release,
    describe_previous,
    is_held_back,
    next_release_id,
    read_current,
    releases_folder,
    write_manifest,
)
from flows.releasing.profiles import (
    FeedingProvider,
    Terms,
    load_recipients,
    settle_terms,
)
from flows.releasing.pseudonyms import KEY_VERSION, derive_key
from flows.releasing.release_database import NOTICE, build_database

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DATABASE = "commonground.duckdb"
_BUILDING = ".building-"


def publish(
    place: Place,
    keys: Keys,
    providers: Sequence[FeedingProvider],
    run_id: str,
    as_of: dt.date,
    gate_results: Sequence[GateResult],
    fingerprint: str,
) -> Release:
    """Build a release from the warehouse and make it current.

    Nothing is made when it would only repeat the current release: `find_unchanged`.

    Args:
        place: the data folder.
        keys: the facts branch; the identity branch is not used.
        providers: every provider of the place, with its agreement.
        run_id: the run, for the manifest.
        as_of: the data's own day: the newest export date.
        gate_results: every result of the gates, the marts' among them.
        fingerprint: changes when data, code or mappings do.

    Raises:
        GateFailed: a critical expectation does not hold.
        MappingError: a recipient profile is wrong.
        PublishError: a mart was not gated, or the release is not what was written.
    """
    stop_if_critical(gate_results)
    _check_every_mart_gated(gate_results)
    _remove_leftovers(place)
    if unchanged := find_unchanged(place, providers, fingerprint):
        return unchanged
    terms = _settle_all(providers)
    content: dict[str, Any] = {
        "release_id": next_release_id(place, as_of),
        "run_id": run_id,
        "created_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "as_of": as_of.isoformat(),
        "previous": describe_previous(read_current(place)),
        "fingerprint": fingerprint,
        "terms": [term.summary for term in terms],
        "key_version": KEY_VERSION,
        "notice": NOTICE,
    }
    return _build(place, keys, terms, content, gate_results)


def find_unchanged(
    place: Place, providers: Sequence[FeedingProvider], fingerprint: str
) -> Release | None:
    """Give the current release if publishing now would only repeat it.

    The fingerprint alone cannot tell: an agreement can end while nothing else changes.
    A release that was rolled back from is not made again from the same inputs.

    Raises:
        MappingError: a recipient profile is wrong.
        PublishError: ``current`` points at no release.
    """
    current = read_current(place)
    if current is not None and is_held_back(place, fingerprint):
        return current
    terms = [term.summary for term in _settle_all(providers)]
    if current is None or current.manifest["fingerprint"] != fingerprint:
        return None
    return current if current.manifest["terms"] == terms else None


def _settle_all(providers: Sequence[FeedingProvider]) -> list[Terms]:
    today = dt.datetime.now(dt.UTC).date()
    return [settle_terms(profile, providers, today) for profile in load_recipients()]


def _check_every_mart_gated(gate_results: Sequence[GateResult]) -> None:
    judged = {result.table for result in gate_results if result.passed}
    if ungated := sorted(set(list_marts()) - judged):
        raise PublishError(
            f"No gate has passed marts {', '.join(ungated)}. Give publish the results "
            "of check_published together with those of the stages before."
        )


def _remove_leftovers(place: Place) -> None:
    """A killed run leaves what it was building: incomplete, and about people."""
    for folder in place.published.glob(f"{_BUILDING}*"):
        shutil.rmtree(folder)


def _build(
    place: Place,
    keys: Keys,
    terms: Sequence[Terms],
    content: dict[str, Any],
    gate_results: Sequence[GateResult],
) -> Release:
    building = place.published / f"{_BUILDING}{content['release_id']}"
    building.mkdir(mode=0o700, parents=True)
    gates = [_make_safe(result) for result in gate_results]
    with connect(spill=place.root / ".spill") as connection:
        attach_encrypted(
            connection,
            place.warehouse,
            "warehouse",
            keys.for_facts("warehouse"),
            read_only=True,
        )
        tables = _write_database(connection, building, keys, content, gates)
        rows, recipients = _write_extracts(connection, building, keys, terms, content)
    _write_gates(building, gates)
    manifest = write_manifest(
        building, content | {"tables": tables, "recipients": recipients}, rows
    )
    folder = _make_current(place, building, content["release_id"])
    return Release(content["release_id"], folder, manifest, is_new=True)


def _make_current(place: Place, building: Path, release_id: str) -> Path:
    sync_to_disk(building)
    folder = releases_folder(place) / release_id
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    building.rename(folder)
    replace_link(place.published / "current", f"releases/{release_id}")
    sync_entry(folder.parent)
    sync_entry(place.published)
    return folder


def _make_safe(result: GateResult) -> dict[str, Any]:
    """A gate's result as it may leave: its counts are protected, its shares go."""
    safe = asdict(result)
    safe["observed"] = {
        name: dict(zip(("value", "status"), protect_count(int(value)), strict=True))
        for name, value in result.observed.items()
        if not name.endswith(("_percent", "_share"))
    }
    return safe


def _write_database(
    connection: DuckDBPyConnection,
    building: Path,
    keys: Keys,
    content: dict[str, Any],
    gates: Sequence[dict[str, Any]],
) -> dict[str, int | None]:
    facts = {name: value for name, value in content.items() if name != "terms"}
    rows = build_database(
        connection,
        building / DATABASE,
        list_marts(),
        derive_key(keys, "analysts", "place"),
        {name: _as_text(value) for name, value in facts.items()},
        [{name: _as_text(value) for name, value in gate.items()} for gate in gates],
    )
    return {mart: protect_count(count)[0] for mart, count in rows.items()}


def _as_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)


def _write_extracts(
    connection: DuckDBPyConnection,
    building: Path,
    keys: Keys,
    terms: Sequence[Terms],
    content: dict[str, Any],
) -> tuple[dict[str, int], list[dict[str, Any]]]:
    rows: dict[str, int] = {}
    recipients = []
    as_of = dt.date.fromisoformat(content["as_of"])
    for term in terms:
        name, agreement = term.recipient.recipient, term.recipient.agreement
        folder = building / "extracts" / name
        key = derive_key(keys, name, agreement.id)
        report = build_extracts(connection, folder, term, as_of, key)
        rows |= {f"extracts/{name}/{file}": n for file, n in report.rows.items()}
        recipients.append(
            {
                "recipient": name,
                "name": term.recipient.name,
                "purpose": term.recipient.purpose,
                "agreement": agreement.model_dump(mode="json"),
                "files": sorted(report.rows),
                "withheld": report.withheld,
            }
        )
    return rows, recipients


def _write_gates(building: Path, gates: Sequence[dict[str, Any]]) -> None:
    folder = building / "quality"
    folder.mkdir(mode=0o700)
    text = json.dumps(gates, indent=1) + "\n"
    (folder / "gates.json").write_text(text, encoding="utf-8")
