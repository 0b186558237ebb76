"""Names for invented person records: put together from parts, uneven like real ones.

Surnames are nobody's. Most forenames are too; in the largest group the forenames that
``nicknames.csv`` knows come first, so that its nicknames can be heard.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from flows.contracts import read_yaml
from flows.duck import quote_text
from flows.linkage.policy import FOLDER


def tell_group() -> str:
    """SQL: the place of a family's name group, counted from 0, by its draw."""
    shares = [group["share"] for group in _read_parts()["groups"]]
    ends = [round(sum(shares[: place + 1]), 6) for place in range(len(shares) - 1)]
    return " + ".join(f"(draw(family, 'group') >= {end})::int" for end in ends)


def _read_parts() -> dict[str, Any]:
    return read_yaml(Path(__file__).with_suffix(".yml"))


def make_names(connection: duckdb.DuckDBPyConnection) -> None:
    """Make surnames (id, name), forenames (id, name, nicknames, own_nickname), groups.

    The commonest name of a group has its first id.
    """
    parts = _read_parts()
    connection.execute("create table surnames (id integer, name varchar)")
    connection.execute("create table given (id integer, name varchar)")
    connection.execute(
        "create table groups (g integer, surnames integer, surname_from integer, "
        "surname_skew double, forenames integer, female_from integer, "
        "male_from integer, forename_skew double)"
    )
    roots = _list_roots(connection, set(parts["women"].split()))
    for place, group in enumerate(parts["groups"], start=1):
        listed = roots if place == 1 else {"female": [], "male": []}
        starts = [
            _add_names(connection, "surnames", group["surname"], group["surnames"])
        ]
        starts += [
            _add_names(connection, "given", group[sex], group["forenames"], listed[sex])
            for sex in ("female", "male")
        ]
        connection.execute(
            "insert into groups values (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                place,
                group["surnames"],
                starts[0],
                group["surname_skew"],
                group["forenames"],
                *starts[1:],
                group["forename_skew"],
            ],
        )
    connection.execute(
        """
        create table forenames as
        select
            given.id,
            given.name,
            list(capitalised(known.nickname) order by known.nickname)
                filter (where known.nickname is not null) as nicknames,
            -- What friends say and no list knows.
            left(given.name, 3) || ['zza', 'sy', 'bo', 'kins'][1 + given.id % 4]
                as own_nickname,
        from given
        left join known on known.root = lower(given.name)
        group by given.id, given.name
        """
    )


def _list_roots(
    connection: duckdb.DuckDBPyConnection, women: set[str]
) -> dict[str, list[str]]:
    """The names that nicknames.csv has nicknames of, commonest first, by sex."""
    connection.execute(
        "create macro capitalised(name) as upper(left(name, 1)) || substr(name, 2)"
    )
    connection.execute(
        "create table known as "
        f"from read_csv({quote_text(str(FOLDER / 'nicknames.csv'))}, header = true)"
    )
    rows = connection.execute(
        "select distinct root, hash(root) from known order by 2"
    ).fetchall()
    roots = [root for root, _ in rows]
    return {
        "female": [root for root in roots if root in women],
        "male": [root for root in roots if root not in women],
    }


def _add_names(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    parts: list[str],
    count: int,
    first: list[str] | None = None,
) -> int:
    """Put names together and add them; return the id of the first."""
    lists = ", ".join(
        f"unnest(string_split({quote_text(part)}, ' ')) as list_{place}(part_{place})"
        for place, part in enumerate(parts)
    )
    row = connection.execute(f"select count(*) from {table}").fetchone()
    start = int(row[0]) if row else 0
    connection.execute(
        f"""
        insert into {table}
        with listed as (
            select unnest($first) as name, generate_subscripts($first, 1) as rank
        ),

        invented as (
            select distinct replace(part_0 || part_1 || part_2, '.', '') as name
            from {lists}
        ),

        every as (
            select name, 0 as turn, rank::ubigint as rank from listed
            union all
            select name, 1, hash(name) from invented anti join listed using (name)
        )

        select
            {start} - 1 + row_number() over (order by turn, rank),
            capitalised(name)
        from every
        order by turn, rank
        limit {count}
        """,
        {"first": first or []},
    )
    return start
