"""Which two records a reviewer is asked about, and in which order.

Asked are two *cores*: records that weighty edges or people's own decisions hold
together for certain. Edges of the review band between the same two cores are one
question. Newest first, then those whose people are known to most providers.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from flows.decisions import load_decisions
from flows.duck import quote_text
from flows.linkage.components import connect_records, store_labels
from flows.paths import Place
from flows.reviewing.policy import FOLDER, ReviewPolicy


@dataclass(frozen=True)
class Asked:
    """One question: are these two records one person?

    Attributes:
        source: ``review`` or ``sample``; the reviewer is not shown which.
        core_l: number of the core that the two records' people turn on; as ``core_r``
            it is the same number where the model is certain.
    """

    record_l: str
    record_r: str
    source: str
    core_l: int
    core_r: int


def load_links(connection: duckdb.DuckDBPyConnection, place: Place) -> None:
    """Make ``edges`` and ``people`` of the current linked run, and ``decisions``.

    Args:
        connection: has the vault attached as ``vault``.
        place: the data folder; it has a linked run.
    """
    current = place.linked / "current"
    edges, links = (
        quote_text(str(current / f"{name}.parquet"))
        for name in ("edges", "person_links")
    )
    connection.execute(
        "create or replace table edges as select record_id_l, record_id_r, "
        f"match_weight from read_parquet({edges})"
    )
    connection.execute(
        f"""
        create or replace table people as
        select links.record_id, links.person_id, records.provider,
            (row_number() over (order by links.record_id) - 1)::integer as number,
        from read_parquet({links}) as links
        left join (
            select id::varchar as record_id, min(provider) as provider
            from vault.keys where kind = 'record' group by id
        ) as records using (record_id)
        order by number
        """
    )
    load_decisions(connection)


def list_questions(
    connection: duckdb.DuckDBPyConnection,
    policy: ReviewPolicy,
    run_id: str,
    reviewer: str,
    most: int,
) -> list[Asked]:
    """List what a reviewer shall be asked.

    Links drawn at random and another reviewer's answers are mixed in unmarked.

    Args:
        connection: holds what :func:`load_links` makes.
        policy: band, draws and shares.
        run_id: the linked run; the draw is the same for all of one run.
        reviewer: as :func:`flows.audit.name_self` gives the name.
        most: how many questions at most.
    """
    low, high = policy.band
    _find_cores(connection, high)
    connection.execute(
        "create or replace table sitting as select ? as reviewer, ? as run_id, "
        "?::double as band_low, ?::double as band_high, ?::int as sample_per_band, "
        "?::double as second_share, ?::int as most",
        [
            reviewer, run_id, low, high,
            policy.sample_per_band, policy.second_share, most,
        ],
    )  # fmt: skip
    connection.execute(
        "create or replace table bands as select unnest(?::double[]) as low",
        [list(policy.sample_bands)],
    )
    connection.execute((FOLDER / "queue.sql").read_text(encoding="utf-8"))
    rows = connection.execute(
        "select record_l, record_r, source, core_l, core_r from questions order by n"
    ).fetchall()
    return [Asked(*row) for row in rows]


def _find_cores(connection: duckdb.DuckDBPyConnection, certain: float) -> None:
    """Make ``cores`` (record_id, core) of edges above the band and links in force."""
    numbers, cores = connect_records(
        connection,
        "select number as n from people",
        f"""
        select a.number as l, b.number as r
        from (
            select record_id_l as l, record_id_r as r, false as is_decided
            from edges where match_weight >= {certain}
            union all
            select record_l, record_r, true from decisions where verdict = 'link'
        ) as held
        inner join people as a on a.record_id = held.l
        inner join people as b on b.record_id = held.r
        where held.is_decided or a.person_id = b.person_id
        """,
    )
    store_labels(connection, "numbered_cores", numbers, core=cores)
    connection.execute(
        "create or replace table cores as select record_id, core "
        "from numbered_cores inner join people on people.number = numbered_cores.n"
    )
