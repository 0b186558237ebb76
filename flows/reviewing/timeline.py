"""What landed of two records: dated facts, under random ids, one line each."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from flows.contracts import Dataset, list_datasets
from flows.duck import quote_text
from flows.landing.newest import newest_landings_sql
from flows.paths import Place

_MOST = 8


def read_timelines(
    connection: duckdb.DuckDBPyConnection, place: Place, records: Sequence[str]
) -> dict[str, list[str]]:
    """Read the dated facts of person records, the newest first, in lines.

    Only facts that stand are told: the newest landing of a row, unless withdrawn.
    Which columns are dates is read from the contracts, so a new dataset needs nothing.

    Args:
        connection: any connection; nothing in it is read.
        place: the data folder.
        records: ids of person records.

    Returns:
        lines for each record that has a dated fact; the last counts those left out.
    """
    facts = [
        _select_facts(place, sector, name, dataset)
        for sector, name, dataset in list_datasets()
        if any((place.landed / sector / name).glob("*.parquet"))
        and "record_id" in dataset.columns
        and _list_dates(dataset)
    ]
    if not facts:
        return {}
    rows = connection.execute(
        f"""
        with shown as (select unnest(?::varchar[]) as record_id),
        dated as (select * from ({" union all ".join(facts)}) where line is not null)

        select
            record_id,
            dataset || ': ' || line,
            count(*) over (partition by record_id),
        from dated
        qualify row_number() over (
            partition by record_id order by day desc, dataset, line
        ) <= {_MOST}
        order by record_id, day desc, dataset, line
        """,
        [list(records)],
    ).fetchall()
    timelines: dict[str, list[str]] = {}
    totals: dict[str, int] = {}
    for record, line, total in rows:
        timelines.setdefault(record, []).append(line)
        totals[record] = total
    for record, lines in timelines.items():
        if more := totals[record] - len(lines):
            lines.append(f"and {more:,} earlier")
    return timelines


def _list_dates(dataset: Dataset) -> list[str]:
    return [name for name, column in dataset.columns.items() if column.type == "date"]


def _select_facts(place: Place, sector: str, name: str, dataset: Dataset) -> str:
    """SQL of (record_id, dataset, day, line) of the rows that stand of a dataset."""
    landings = newest_landings_sql(
        place, sector, name, "record_id in (select record_id from shown)"
    )
    return f"""
        select
            record_id,
            {quote_text(name.replace("_", " "))} as dataset,
            {_tell_dates(_list_dates(dataset))},
        from ({landings})
        where _withdrawn_date is null
        group by all
    """


def _tell_dates(dates: list[str]) -> str:
    """SQL of (day, line); facts of one date alone, such as contacts, share a line."""
    if len(dates) == 1:
        return (
            f"max({dates[0]}) as day, count({dates[0]}) || ' from ' || "
            f"min({dates[0]}) || ' to ' || max({dates[0]}) as line"
        )
    told = ", ".join(f"{quote_text(_say(d) + ' ')} || {d}::varchar" for d in dates)
    return (
        f"greatest({', '.join(dates)}) as day, "
        f"nullif(concat_ws(', ', {told}), '') as line"
    )


def _say(date: str) -> str:
    """``exit_date`` is told as *exit*."""
    return date.removesuffix("_date").replace("_", " ")
