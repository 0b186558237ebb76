"""Whose record is asked for: the person, and which records are surely theirs."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from flows.duck import quote_text
from flows.errors import ActRefused
from flows.linkage.store import read_summary
from flows.mappings import find_provider, load_providers
from flows.paths import Place
from flows.reviewing.decided import IN_FORCE
from flows.settings import providers_folder

_SHORTEST_PREFIX = 8


@dataclass(frozen=True)
class Whose:
    """A person whose record is asked for, and how sure their records are.

    Attributes:
        person_id: the person, as linked last.
        asked_as: an earlier id that has gone into this one; None where there is none.
        named: the person record that was asked by, where a provider's key was given.
        sure: ids of the records that are surely one person's.
        doubtful: ids of the other records that are linked to the person.
        health: ``ok``, ``needs_attention`` or ``disputed``.
        reasons: why it is not ok, as linking says.
    """

    person_id: str
    asked_as: str | None
    named: str | None
    sure: tuple[str, ...]
    doubtful: tuple[str, ...]
    health: str
    reasons: tuple[str, ...]


def find_whose(
    connection: duckdb.DuckDBPyConnection, place: Place, asked: str
) -> Whose:
    """Find the person, and part the records that are surely theirs from the others.

    Sure are the records that the strict reading of the linkage holds together: a
    shared number, an edge of the strict weight, or a person's decision. Which of the
    strict groups is the person is told by the record that was asked by; else it is the
    one with most records, and of equals the one that holds the person's first record.
    A record about which decisions disagree, or were made since the last linking, is
    not sure.

    Args:
        connection: has the vault attached as ``vault``.
        place: the data folder.
        asked: a person id or how it begins (8 or more), or ``<provider>:<key>``, the
            provider's own key of the person.

    Raises:
        ActRefused: nobody is linked yet, or no such person; the words say whether the
            id was erased, parted or never given.
        MappingError: no such provider.
    """
    if not read_summary(place):
        raise ActRefused(
            "Nobody is linked yet, so there is no person: commonground run"
        )
    links = quote_text(str(place.linked / "current" / "person_links.parquet"))
    connection.execute(
        f"create or replace temp table linked as from read_parquet({links})"
    )
    provider, colon, key = asked.partition(":")
    named = _find_record(connection, provider, key) if colon else None
    if named is not None:
        person, before = _find_person_of(connection, named), None
    else:
        person, before = _find_person(connection, place, asked.strip().lower())
    return _part_records(connection, place, person, before, named)


def _find_record(connection: duckdb.DuckDBPyConnection, provider: str, key: str) -> str:
    known = find_provider(load_providers(providers_folder()), provider.strip())
    rows = connection.execute(
        "select id::varchar from vault.keys "
        "where kind = 'record' and provider = ? and source_key = ?",
        [known.provider, key.strip()],
    ).fetchall()
    if not rows:
        raise ActRefused(
            f"{known.name} has no person record under this key: it was never received, "
            "or it was erased. Expected the key as the provider writes it, such as "
            f"{known.provider}:KEY. Nothing was written."
        )
    return str(rows[0][0])


def _find_person_of(connection: duckdb.DuckDBPyConnection, record: str) -> str:
    rows = connection.execute(
        "select person_id from linked where record_id = ?", [record]
    ).fetchall()
    if not rows:
        raise ActRefused(
            "This person record came in after the last linking, so nobody can say yet "
            "who else knows the person. First: commonground run. Nothing was written."
        )
    return str(rows[0][0])


def _find_person(
    connection: duckdb.DuckDBPyConnection, place: Place, prefix: str
) -> tuple[str, str | None]:
    """Find whom an id stands for now, and the id itself where it is an old one."""
    if len(prefix) < _SHORTEST_PREFIX:
        raise ActRefused(f"Give at least {_SHORTEST_PREFIX} characters of the id.")
    changes = quote_text(str(place.linked / "current" / "changes.parquet"))
    connection.execute(
        "create or replace temp table left_behind as "
        f"select * from read_parquet({changes}) "
        "where old_person_id not in (select person_id from linked)"
    )
    rows = connection.execute(
        "select distinct person_id from ("
        "select person_id from linked union all select old_person_id from left_behind) "
        "where starts_with(person_id, ?) limit 2",
        [prefix],
    ).fetchall()
    if len(rows) != 1:
        what = "More than one person id begins" if rows else "No person id begins"
        raise ActRefused(
            f"{what} with {prefix!r}. With a provider's own key of the person: "
            "commonground person record PROVIDER:KEY. Nothing was written."
        )
    asked = str(rows[0][0])
    person = _follow(connection, asked)
    return person, None if person == asked else asked


def _follow(connection: duckdb.DuckDBPyConnection, asked: str) -> str:
    """Follow an id through the change log to who it stands for now.

    Raises:
        ActRefused: it was erased, or its records went to several people.
    """
    rows = connection.execute(
        """
        with recursive onward as (
            select ? as person_id
            union
            select left_behind.new_person_id
            from onward
            inner join left_behind on left_behind.old_person_id = onward.person_id
        )

        select distinct person_id from onward semi join linked using (person_id)
        """,
        [asked],
    ).fetchall()
    if len(rows) == 1:
        return str(rows[0][0])
    if rows:
        raise ActRefused(
            f"Person {asked} is gone: their records are {len(rows)} people's now. Ask "
            "with a provider's own key: commonground person record PROVIDER:KEY. "
            "Nothing was written."
        )
    ended = connection.execute(
        "select max(changed_at)::date from left_behind where reason = 'retired'"
        " and old_person_id = ?",
        [asked],
    ).fetchone()
    when = f" on {ended[0]:%d %B %Y}" if ended and ended[0] else ""
    raise ActRefused(
        f"Person {asked} was erased{when}: the vault holds no record of theirs. An id "
        "is never used twice. Nothing was written."
    )


def _part_records(
    connection: duckdb.DuckDBPyConnection,
    place: Place,
    person: str,
    before: str | None,
    named: str | None,
) -> Whose:
    groups = connection.execute(
        """
        select
            strict_person_id,
            list(record_id order by record_id) as records,
            list_contains(records, $named) as is_named,
        from linked
        where person_id = $person
        group by strict_person_id
        order by is_named desc, len(records) desc,
            strict_person_id = $person desc, strict_person_id
        """,
        {"person": person, "named": named or ""},
    ).fetchall()
    unsure = _list_unsettled(connection, person) - {named}
    sure = [record for record in groups[0][1] if record not in unsure]
    if not sure:
        raise ActRefused(
            "People decided about these records what linking has not carried out, or "
            "what contradicts itself, so none of them is surely this person's. First: "
            "commonground run. Then name a record whose person you have checked: "
            "commonground person record PROVIDER:KEY. Nothing was written."
        )
    rest = [r for _, records, _ in groups for r in records if r not in sure]
    health = quote_text(str(place.linked / "current" / "person_health.parquet"))
    told = connection.execute(
        f"select health, reasons from read_parquet({health}) where person_id = ?",
        [person],
    ).fetchall()
    state, reasons = told[0] if told else ("ok", [])
    return Whose(
        person_id=person,
        asked_as=before,
        named=named,
        sure=tuple(sure),
        doubtful=tuple(rest),
        health=state,
        reasons=tuple(reasons),
    )


def _list_unsettled(connection: duckdb.DuckDBPyConnection, person: str) -> set[str]:
    """Records of a person whose links are not what decisions in force say."""
    rows = connection.execute(
        f"""
        with here as (select record_id from linked where person_id = ?),
        in_force as ({IN_FORCE}),
        sides as (
            select record_l as record, record_r as other, verdict from in_force
            union all
            select record_r, record_l, verdict from in_force
        )

        select distinct record
        from sides
        where record in (from here)
            and (verdict = 'unlink') = (other in (from here))
        """,
        [person],
    ).fetchall()
    return {str(record) for (record,) in rows}
