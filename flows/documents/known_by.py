"""Who knows a person and what they call them: services, numbers, names, addresses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from flows.contracts import PARTNERSHIP, SECTORS
from flows.documents.facts import Fact, read_facts, say_day
from flows.paths import Place
from flows.provider_files import Provider
from flows.reviewing.sides import Side, read_sides

_FIELDS_SPOKEN = {
    "homelessness": "homelessness",
    "drugs": "drugs and alcohol",
    "offending": "probation, prison and rehabilitation",
    "mental_health": "mental health",
}


@dataclass(frozen=True)
class Detail:
    """One thing a record says of who somebody is: what it says, and what it said."""

    name: str
    now: tuple[str, ...]
    earlier: tuple[str, ...]


@dataclass(frozen=True)
class Record:
    """One person record: the provider's own key, how fresh it is, and its details."""

    key: str
    newest: str
    is_live: bool
    details: tuple[Detail, ...]


@dataclass(frozen=True)
class Service:
    """A provider that knows a person: its records, and what it wrote down.

    Attributes:
        field: its sector, in people's words.
        facts: dataset -> rows.
    """

    provider: str
    name: str
    sector: str
    field: str
    records: tuple[Record, ...]
    facts: Mapping[str, tuple[Fact, ...]]


@dataclass(frozen=True)
class Holding:
    """Everything held of some person records.

    Attributes:
        services: who knows them, in order of sector and name.
        partnership: dataset of the partnership -> rows, whichever service sent them.
        changed: rows that a service has changed since it first sent them.
        taken_back: rows that a service has taken back since.
    """

    services: tuple[Service, ...]
    partnership: Mapping[str, tuple[Fact, ...]]
    changed: int
    taken_back: int


def read_holding(
    connection: duckdb.DuckDBPyConnection,
    place: Place,
    records: Sequence[str],
    providers: Mapping[str, Provider],
) -> Holding:
    """Read everything held of some person records, from the vault and what landed.

    Args:
        connection: has the vault attached as ``vault``; temporary tables are made.
        place: the data folder.
        records: ids of person records.
        providers: every provider, for their names.
    """
    known = _read_records(connection, records)
    by_sector = {s: read_facts(connection, place, s, records) for s in SECTORS}
    shared = read_facts(connection, place, PARTNERSHIP, records)
    # A service that is no provider of the place any more is still told by its word.
    services = [
        Service(
            provider=word,
            name=providers[word].name if word in providers else word,
            sector=sector,
            field=_FIELDS_SPOKEN[sector],
            records=tuple(found),
            facts={
                dataset: mine
                for dataset, facts in by_sector[sector].items()
                if (mine := tuple(f for f in facts if f.provider == word))
            },
        )
        for (word, sector), found in known.items()
    ]
    everything = [
        fact
        for facts in (*by_sector.values(), shared)
        for rows in facts.values()
        for fact in rows
    ]
    return Holding(
        services=tuple(services),
        partnership={dataset: tuple(facts) for dataset, facts in shared.items()},
        changed=sum(fact.was_changed for fact in everything),
        taken_back=sum(fact.taken_back is not None for fact in everything),
    )


def _read_records(
    connection: duckdb.DuckDBPyConnection, records: Sequence[str]
) -> dict[tuple[str, str], list[Record]]:
    """Records by (provider, sector), in the order of sectors and providers."""
    live = read_sides(connection, records)
    old = read_sides(connection, records, live=False)
    rows = connection.execute(
        """
        with sectors as (
            select provider, max(sector) as sector from vault.exports group by provider
            union
            select provider, max(sector) from vault.identities group by provider
        )

        select keys.id::varchar, keys.provider, max(sectors.sector), max(source_key)
        from vault.keys as keys
        inner join sectors using (provider)
        where keys.kind = 'record' and keys.id in (select unnest(?::uuid[]))
        group by all
        """,
        [list(records)],
    ).fetchall()
    rows.sort(key=lambda row: (SECTORS.index(row[2]), row[1], row[3]))
    known: dict[tuple[str, str], list[Record]] = {}
    for record, provider, sector, key in rows:
        known.setdefault((provider, sector), []).append(
            _describe(key, live[record], old[record])
        )
    return known


def _describe(key: str, live: Side, old: Side) -> Record:
    names = [*live.values, *(name for name in old.values if name not in live.values)]
    details = []
    for name in names:
        now = tuple(live.values.get(name, ()))
        earlier = tuple(v for v in old.values.get(name, ()) if v not in now)
        if now or earlier:
            details.append(Detail(name, _say(now), _say(earlier)))
    newest = live.newest or old.newest
    return Record(
        key=key,
        newest=say_day(dt.date.fromisoformat(newest)) if newest else "not known",
        is_live=bool(live.values),
        details=tuple(details),
    )


def _say(values: tuple[str, ...]) -> tuple[str, ...]:
    """Say dates of birth in words; everything else is shown as it was written."""
    said = []
    for value in values:
        try:
            said.append(say_day(dt.date.fromisoformat(value)))
        except ValueError:
            said.append(value)
    return tuple(said)
