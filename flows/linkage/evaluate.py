"""Measure linkage against the truth of an invented place, overall and by subgroup."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from flows.duck import quote_text

_COMPLETE = "surname and date of birth on both"


@dataclass(frozen=True)
class Quality:
    """Pairs of records inside people, found against true.

    Attributes:
        group: which pairs: all of them, those where a record is of a subgroup, or
            those where both records have a surname and a date of birth.
        true_pairs: pairs of records of one person.
        precision: share of the pairs put together that are of one person.
        recall: share of the true pairs that were put together.
        f1: harmonic mean of both.
    """

    group: str
    true_pairs: int
    precision: float
    recall: float
    f1: float


def evaluate(
    connection: duckdb.DuckDBPyConnection, links: Path, truth: Path
) -> tuple[list[Quality], int]:
    """Compare people as linked with people as they are.

    Records that their provider deleted are left out: nothing is known of them, so
    nothing could link them.

    Args:
        connection: an in-memory database with the vault attached as ``vault``.
        links: a linked run's ``person_links.parquet``.
        truth: folder with the invented place's ``records.parquet`` and
            ``people.parquet``.

    Returns:
        Quality overall and by subgroup, and how many pairs of twins were merged.
    """
    _describe_records(connection, links, truth)
    connection.execute(
        """
        create or replace table pairs_judged as
        select a.n as l, b.n as r, 'found' as side, a.true_person_id = b.true_person_id
            as is_right
        from judged as a
        inner join judged as b on b.person_id = a.person_id and b.n > a.n
        union all
        select a.n, b.n, 'true', a.person_id = b.person_id
        from judged as a
        inner join judged as b on b.true_person_id = a.true_person_id and b.n > a.n
        """
    )
    rows = connection.execute(
        """
        with sides as (
            select l as n, l, r, side, is_right from pairs_judged
            union all
            select r, l, r, side, is_right from pairs_judged
        ),

        grouped as (
            select distinct subgroups.subgroup, l, r, side, is_right
            from sides
            inner join subgroups using (n)
            where subgroups.subgroup <> $complete
            union all
            select $complete, l, r, side, is_right
            from pairs_judged
            semi join (from subgroups where subgroup = $complete) as a on a.n = l
            semi join (from subgroups where subgroup = $complete) as b on b.n = r
        )

        select
            subgroup,
            count(*) filter (where side = 'true'),
            avg(is_right::int) filter (where side = 'found'),
            avg(is_right::int) filter (where side = 'true'),
        from grouped
        group by subgroup
        order by subgroup
        """,
        {"complete": _COMPLETE},
    ).fetchall()
    return [_measure(*row) for row in rows], _count_merged_twins(connection, truth)


def _describe_records(
    connection: duckdb.DuckDBPyConnection, links: Path, truth: Path
) -> None:
    """Make ``judged``, a row per record, and ``subgroups`` that records are of."""
    connection.execute(
        f"""
        create or replace table judged as
        select
            row_number() over (order by links.record_id)::int as n,
            links.record_id,
            links.person_id,
            records.true_person_id,
            people.name_group,
        from read_parquet({quote_text(str(links))}) as links
        inner join vault.keys as keys on keys.id::varchar = links.record_id
            and keys.kind = 'record'
        inner join read_parquet({quote_text(str(truth / "records.parquet"))}) as records
            using (provider, source_key)
        inner join read_parquet({quote_text(str(truth / "people.parquet"))}) as people
            using (true_person_id)
        where not records.is_deleted
        """
    )
    connection.execute(
        """
        create or replace table subgroups as
        with known as (
            select
                judged.n,
                any_value(judged.name_group) as name_group,
                count(coalesce(forename, surname)) = 0 as has_no_name,
                count(birth_date) = 0 as has_no_birth_date,
                count(surname) > 0 and count(birth_date) > 0 as is_complete,
                count(postcode) = 0 or bool_or(has_no_fixed_abode) as has_no_abode,
            from judged
            left join vault.identities as identities
                on identities.record_id::varchar = judged.record_id
                and identities.is_live
            group by judged.n
        )

        select n, ' all' as subgroup from known
        union all select n, 'no name' from known where has_no_name
        union all select n, 'no date of birth' from known where has_no_birth_date
        union all select n, 'no abode or postcode' from known where has_no_abode
        union all select n, $complete from known where is_complete
        union all select n, 'name group ' || name_group from known
        """,
        {"complete": _COMPLETE},
    )


def _count_merged_twins(connection: duckdb.DuckDBPyConnection, truth: Path) -> int:
    row = connection.execute(
        f"""
        select count(distinct people.true_person_id)
        from read_parquet({quote_text(str(truth / "people.parquet"))}) as people
        inner join judged as one on one.true_person_id = people.true_person_id
        inner join judged as other on other.true_person_id = people.twin_of
        where one.person_id = other.person_id
        """
    ).fetchone()
    return int(row[0]) if row else 0


def _measure(group: str, true_pairs: int, precision: float, recall: float) -> Quality:
    precision, recall = precision or 0.0, recall or 0.0
    both = precision + recall
    f1 = 2 * precision * recall / both if both else 0.0
    return Quality(
        group.strip(), true_pairs, round(precision, 4), round(recall, 4), round(f1, 4)
    )
