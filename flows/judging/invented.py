"""People as linked in an invented place against people as they are there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from flows.duck import quote_text
from flows.judging.measures import (
    ClusterQuality,
    MergedKin,
    measure_clusters,
    measure_merged,
)
from flows.judging.subgroups import SubgroupQuality, measure_subgroups
from flows.linkage.steps import list_texts, run_step

FOLDER = Path(__file__).parent
# Codes of the NHS data dictionary, in the groups of the census.
_ETHNICITY = {
    "White": ("A", "B", "C"),
    "Mixed": ("D", "E", "F", "G"),
    "Asian": ("H", "J", "K", "L"),
    "Black": ("M", "N", "P"),
    "other": ("R", "S"),
}


@dataclass(frozen=True)
class InventedQuality:
    """How well an invented place was linked.

    Attributes:
        quality: of all records whose provider did not delete them.
        subgroups: of records that lack something, of those of one sex, ethnicity or
            name group, and of pairs of which both have a surname and a date of birth.
        twins: pairs of twins, and how many were merged.
    """

    quality: ClusterQuality
    subgroups: list[SubgroupQuality]
    twins: MergedKin


def judge_invented(
    connection: duckdb.DuckDBPyConnection, links: Path, truth: Path
) -> InventedQuality:
    """Compare people as linked with people as they are.

    Records that their provider deleted are left out: nothing is known of them, so
    nothing could link them.

    Args:
        connection: an in-memory database with the vault attached as ``vault``.
        links: a linked run's ``person_links.parquet``.
        truth: folder with the invented place's ``records.parquet`` and
            ``people.parquet``.

    Raises:
        LinkageError: no linked record is one of the invented place's.
    """
    _describe_records(connection, links, truth)
    quality = measure_clusters(connection, "found", "truth")
    some = measure_subgroups(connection, "found", "truth", "subgroups")
    complete = measure_subgroups(connection, "found", "truth", "complete", both=True)
    twins = measure_merged(connection, "found", "truth", "twins")
    return InventedQuality(quality, [*complete, *some], twins)


def _describe_records(
    connection: duckdb.DuckDBPyConnection, links: Path, truth: Path
) -> None:
    """Make ``found``, ``truth``, ``subgroups``, ``complete`` and ``twins``."""
    people = f"read_parquet({quote_text(str(truth / 'people.parquet'))})"
    records = f"read_parquet({quote_text(str(truth / 'records.parquet'))})"
    connection.execute(
        f"""
        create or replace table judged as
        select
            links.record_id as record, links.person_id, true_person_id, name_group,
            people.sex, people.ethnicity,
        from read_parquet({quote_text(str(links))}) as links
        inner join vault.keys as keys on keys.id::varchar = links.record_id
            and keys.kind = 'record'
        inner join {records} as records using (provider, source_key)
        inner join {people} as people using (true_person_id)
        where not records.is_deleted;

        create or replace table found as
        select record, person_id as label from judged;
        create or replace table truth as
        select record, true_person_id as label from judged;
        create or replace table twins as
        select true_person_id as one, twin_of as other
        from {people} where twin_of in (select true_person_id from {people});
        """
    )
    run_step(connection, "known", FOLDER)
    bands = " ".join(
        f"when ethnicity in ({list_texts(codes)}) then '{name}'"
        for name, codes in _ETHNICITY.items()
    )
    connection.execute(
        f"""
        create or replace table subgroups as
        from lacking
        union all select record, 'name group ' || name_group from judged
        union all select record, 'sex: ' || coalesce(sex, 'not known') from judged
        union all
        select record, 'ethnicity: ' || case {bands} else 'not stated' end from judged
        """
    )
