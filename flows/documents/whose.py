"""Whose record is asked for: by a person id, old or new, or by a provider's key."""

from __future__ import annotations

import duckdb

from flows.documents.doubt import Whose, part_records
from flows.duck import quote_text
from flows.errors import ActRefused
from flows.linkage.store import read_summary
from flows.mappings import find_provider, load_providers
from flows.paths import Place
from flows.settings import providers_folder

_SHORTEST_PREFIX = 8


def find_whose(
    connection: duckdb.DuckDBPyConnection, place: Place, asked: str
) -> Whose:
    """Find the person, and which of their records are surely theirs.

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
    return part_records(connection, place, person, before, named)


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
