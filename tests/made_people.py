"""Invented person records with their truth, as many as a bench asks for.

Surnames, addresses and numbers are nobody's: names are put together from parts, postcodes
begin with QX and NHS numbers with 9. What is uneven, common, wrong or missing follows what
is known of the people whom homelessness, drugs, offending and mental-health services meet.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from string import Template
from typing import Any

import duckdb

from flows.contracts import read_yaml
from flows.duck import quote_text
from flows.linkage.policy import FOLDER

PROVIDERS = (
    "fernshire_council",
    "millbrook_recovery",
    "fernshire_probation",
    "fernshire_mental_health",
)
# Drawn so often that a person who has a record at all has 3.1 of them.
_RECORDS_PER_PERSON = 2.93
_MEMORY = "3GB"
_BESIDE = Path(__file__)


def make_people(path: Path, records: int, seed: int = 1) -> None:
    """Write one Parquet file of invented person records.

    One row per record: record_id, source, forename, middle_name, surname,
    alias_forename, alias_surname, birth_date (text, in the form of its source), sex (in
    the codes of its source), postcode, nhs_number, pnc_number; and the truth:
    true_person_id, twin_of (the older twin), junior_of (the parent whose name and
    address a person has). The same records and seed give the same bytes.

    Args:
        path: the file to write.
        records: how many; the bigger the place, the more people share a name.
        seed: of every draw.
    """
    notes = {"records": records, "seed": seed}
    _make(path, notes, f"select range as n, 0 as version from range({records})")


def make_changes(
    path: Path, people_path: Path, share: float = 0.01, seed: int = 1
) -> None:
    """Write what one night brings: seven new records to three changed ones.

    Same columns as :func:`make_people`. A changed record keeps its source, record_id
    and person; what it says is drawn anew.

    Args:
        path: the file to write.
        people_path: what :func:`make_people` wrote.
        share: new and changed records, as a share of those that stand.
        seed: draws which records change.
    """
    notes = _read_notes(people_path)
    records = notes["records"]
    new, changed = round(records * share * 0.7), round(records * share * 0.3)
    asked = f"""
        select n, {seed} as version
        from (
            select range as n from range({records})
            order by hash(hash(range, 'change {seed}')), n
            limit {changed}
        )
        union all
        select range, 0
        from range({records + (seed - 1) * new}, {records + seed * new})
        order by n
    """
    _make(path, {**notes, "night": seed}, asked)


def _make(path: Path, notes: dict[str, int], asked: str) -> None:
    """Write the records that a query asks for; the notes say what they are part of."""
    persons = max(2, round(notes["records"] / _RECORDS_PER_PERSON))
    groups = read_yaml(_BESIDE.with_suffix(".yml"))
    words = {
        "seed": notes["seed"],
        "persons": persons,
        "hostels": max(2, persons // 2000),
        # So that about twelve people share a postcode.
        "units": max(2, min(400, persons // (60 * 9 * 12))),
        "providers": list(PROVIDERS),
        "group_of": _tell_group([group["share"] for group in groups["groups"]]),
    }
    with duckdb.connect(config={"memory_limit": _MEMORY}) as connection:
        connection.execute("set enable_progress_bar = false")
        _make_names(connection, groups)
        connection.execute(f"create table asked as {asked}")
        for name in ("made_people.sql", "made_records.sql"):
            text = _BESIDE.with_name(name).read_text(encoding="utf-8")
            connection.execute(Template(text).substitute(words))
        kept = ", ".join(f"{name}: '{value}'" for name, value in notes.items())
        connection.execute(
            f"copy written to {quote_text(str(path))} "
            f"(format parquet, compression zstd, kv_metadata {{{kept}}})"
        )


def _read_notes(path: Path) -> dict[str, int]:
    rows = duckdb.sql(
        "select decode(key), decode(value) "
        f"from parquet_kv_metadata({quote_text(str(path))})"
    ).fetchall()
    return {key: int(value) for key, value in rows if key in ("records", "seed")}


def _tell_group(shares: list[float]) -> str:
    """SQL: the place of a person's name group, by the family's draw."""
    ends = [round(sum(shares[: place + 1]), 6) for place in range(len(shares) - 1)]
    return " + ".join(f"(draw(family, 'group') >= {end})::int" for end in ends)


def _make_names(connection: duckdb.DuckDBPyConnection, parts: dict[str, Any]) -> None:
    """Make surnames (id, name), forenames (id, name, nicknames, own_nickname), groups.

    The commonest name of a group has its first id.
    """
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


def main() -> None:
    """Write people, or a night upon them, from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--night-upon", type=Path, help="the people that stand")
    options = parser.parse_args()
    if options.night_upon:
        make_changes(options.path, options.night_upon, seed=options.seed)
    else:
        make_people(options.path, options.records, options.seed)


if __name__ == "__main__":
    main()
