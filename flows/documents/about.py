"""What is told beside a record: who may see it, what was put right, figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from flows.documents.facts import say_day, say_value
from flows.duck import attach_encrypted, quote_text
from flows.keys import Keys
from flows.paths import Place
from flows.provider_files import Provider
from flows.releasing.profiles import list_columns, load_recipients, settle_terms
from flows.reviewing.decided import Decision, read_decisions


@dataclass(frozen=True)
class Seer:
    """A recipient whom agreements allow something made of a person's record.

    Attributes:
        ends: last day of its agreement, in words.
        services: which of the services that know the person let data reach it.
        line: what a line about the person alone may say; empty where it has none.
    """

    name: str
    purpose: str
    ends: str
    services: tuple[str, ...]
    line: tuple[str, ...]


def list_seers(
    known_by: Collection[str], providers: Mapping[str, Provider], today: dt.date
) -> list[Seer]:
    """List recipients that may have what is made of a person's record today.

    Args:
        known_by: the providers that know the person.
        providers: every provider of the place.
        today: the day agreements have to be in force.
    """
    seers = []
    for recipient in load_recipients():
        terms = settle_terms(recipient, list(providers.values()), today)
        feeding = tuple(providers[p].name for p in terms.providers if p in known_by)
        if terms.in_force and feeding:
            columns = list_columns(recipient, "people")
            seers.append(
                Seer(
                    name=recipient.name,
                    purpose=recipient.purpose,
                    ends=say_day(recipient.agreement.ends),
                    services=feeding,
                    line=tuple(say_value(c) for c in columns if c != "person_id"),
                )
            )
    return seers


def list_put_right(
    connection: duckdb.DuckDBPyConnection,
    place: Place,
    person: str,
    record_names: Mapping[str, str],
) -> list[str]:
    """Say what was put right in how records were joined, oldest first.

    No other person's id is told, no reviewer's name, and no reason: a reason may speak
    of somebody else.

    Args:
        connection: has the vault attached as ``vault``.
        place: the data folder.
        person: the person's id.
        record_names: record id -> the service's name, of the records that are shown.
    """
    changes = quote_text(str(place.linked / "current" / "changes.parquet"))
    told: list[tuple[dt.date, str]] = []
    for day, reason, is_old in connection.execute(
        f"""
        select changed_at::date, reason, old_person_id = $person
        from read_parquet({changes})
        where $person in (old_person_id, new_person_id)
        order by changed_at
        """,
        {"person": person},
    ).fetchall():
        if reason == "merge":
            told.append((day, "records kept under another number were joined to yours"))
        elif is_old:
            told.append(
                (day, "records that are not yours were taken out from among yours")
            )
        else:
            told.append((day, "records that are yours were taken out from another's"))
    for one in read_decisions(connection):
        mine = [r for r in (one.record_l, one.record_r) if r in record_names]
        if mine and one.verdict in ("link", "unlink"):
            told.append((one.decided_at.date(), _say_decision(one, mine, record_names)))
    return [f"{say_day(day)}: {words}" for day, words in sorted(told)]


def _say_decision(
    decision: Decision, mine: Sequence[str], record_names: Mapping[str, str]
) -> str:
    names = " and ".join(record_names[record] for record in mine)
    is_link = decision.verdict == "link"
    if len(mine) == 2:
        said = "is one person's" if is_link else "is two people's"
        words = f"somebody looked at the records of {names} and said: this {said}"
    else:
        said = "belongs with" if is_link else "is to be kept apart from"
        words = f"somebody said that the record of {names} {said} another record"
    if decision.undone_at is not None:
        words += " (taken back later)"
    return words


def read_figures(
    connection: duckdb.DuckDBPyConnection, place: Place, keys: Keys, person: str
) -> list[tuple[str, str]]:
    """Read what was worked out of a person: (what it means, what it says).

    What each means is the comment of its column in the mart ``people``; then come the
    crises of ``person_timeline``. Empty where nothing was built yet.
    """
    if not place.warehouse.exists():
        return []
    key = keys.for_facts("warehouse")
    attach_encrypted(connection, place.warehouse, "warehouse", key, read_only=True)
    try:
        return _read_figures(connection, person)
    finally:
        connection.execute("detach warehouse")


def _read_figures(
    connection: duckdb.DuckDBPyConnection, person: str
) -> list[tuple[str, str]]:
    columns = connection.execute(
        """
        select column_name, coalesce(comment, column_name)
        from duckdb_columns()
        where database_name = 'warehouse' and schema_name = 'main'
            and table_name = 'people' and column_name <> 'person_id'
        order by column_index
        """
    ).fetchall()
    if not columns:
        return []
    listed = ", ".join(name for name, _ in columns)
    rows = connection.execute(
        f"select {listed} from warehouse.main.people where person_id = ?", [person]
    ).fetchall()
    figures = [
        (means, say_value(value))
        for row in rows
        for (_, means), value in zip(columns, row, strict=True)
        if value is not None
    ]
    crises = connection.execute(
        "select words, event_date from warehouse.main.person_timeline "
        "where person_id = ? and event_type = 'crisis' order by event_date, event_id",
        [person],
    ).fetchall()
    return figures + [(words, say_day(day)) for words, day in crises]
