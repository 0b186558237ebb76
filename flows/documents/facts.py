"""What landed of a person's records, dataset by dataset, in words.

What a column means is read from the contracts, so a new dataset needs nothing here but
a title. Random ids are left out: they name workers, teams, households and cases.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from flows.contracts import Dataset, load_contract
from flows.duck import quote_name
from flows.landing.newest import newest_landings_sql
from flows.paths import Place

_HIDDEN = ("record", "key")

Told = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Fact:
    """One row that landed.

    Attributes:
        provider: who sent it.
        day: its first date; None where it has none.
        told: what each column means, and what it says; empty columns are left out.
        taken_back: day of the export that lacked it since; None while it stands.
        was_changed: an earlier landing of the row said something else.
    """

    provider: str
    day: dt.date | None
    told: Told
    taken_back: dt.date | None
    was_changed: bool


def find_parent(sector: str, name: str) -> tuple[str, str] | None:
    """Find the dataset through which rows without a person record have one.

    Returns:
        the parent dataset and the column that names its row; None where there is none.
    """
    datasets = load_contract(sector).datasets
    for column, spec in datasets[name].columns.items():
        if spec.type == "key" and spec.required:
            for parent, other in datasets.items():
                if parent != name and other.key == (column,):
                    return parent, column
    return None


def is_about_people(sector: str, name: str) -> bool:
    """Do a dataset's rows belong to person records, directly or through another?"""
    if "record_id" in load_contract(sector).datasets[name].columns:
        return True
    parent = find_parent(sector, name)
    return parent is not None and is_about_people(sector, parent[0])


def read_facts(
    connection: duckdb.DuckDBPyConnection,
    place: Place,
    sector: str,
    records: Sequence[str],
) -> dict[str, list[Fact]]:
    """Read what landed of person records in the datasets of one contract group.

    Rows that were withdrawn are read, too, and marked: they are still held.

    Args:
        connection: any connection; temporary tables are made in it.
        place: the data folder.
        sector: a sector, or the partnership.
        records: ids of person records.

    Returns:
        by dataset, in the contract's order, oldest first; datasets without any row are
        left out.
    """
    connection.execute(
        "create or replace temp table shown as "
        "select unnest(?::varchar[]) as record_id",
        [list(records)],
    )
    facts: dict[str, list[Fact]] = {}
    for name, dataset in load_contract(sector).datasets.items():
        if is_about_people(sector, name) and _hold(connection, place, sector, name):
            found = _read_held(connection, sector, name, dataset)
            if found:
                facts[name] = found
    return facts


def _hold(
    connection: duckdb.DuckDBPyConnection, place: Place, sector: str, name: str
) -> bool:
    """Make a table of the shown records' rows of a dataset; false if none landed."""
    if not any((place.landed / sector / name).glob("*.parquet")):
        return False
    dataset = load_contract(sector).datasets[name]
    if "record_id" in dataset.columns:
        condition = "record_id in (select record_id from shown)"
    else:
        parent, column = find_parent(sector, name) or ("", "")
        if not _hold(connection, place, sector, parent):
            return False
        condition = f"{column} in (select {column} from {_table(sector, parent)})"
    key = ", ".join(dataset.key)
    connection.execute(
        f"""
        create or replace temp table {_table(sector, name)} as
        from ({newest_landings_sql(place, sector, name, condition)})
        -- A source may repeat a dataset's row in several of its own.
        qualify row_number() over (
            partition by {key}
            order by _withdrawn_date is null desc, _export_date desc,
                _received_at desc, _export_id desc, _line_number desc, _row_id
        ) = 1
        """
    )
    return True


def _table(sector: str, name: str) -> str:
    return quote_name(f"held_{sector}_{name}")


def _read_held(
    connection: duckdb.DuckDBPyConnection, sector: str, name: str, dataset: Dataset
) -> list[Fact]:
    shown = [n for n, spec in dataset.columns.items() if spec.type not in _HIDDEN]
    dates = [n for n in shown if dataset.columns[n].type == "date"]
    day = f"least({', '.join(dates)})" if dates else "null::date"
    rows = connection.execute(
        f"""
        select
            _provider,
            {day} as day,
            _withdrawn_date,
            _landings > 1 as was_changed,
            {", ".join(shown) or "null"},
        from {_table(sector, name)}
        order by _provider, day nulls first, _row_id
        """
    ).fetchall()
    means = [dataset.columns[column].means for column in shown]
    return [
        Fact(
            provider=provider,
            day=when,
            told=tuple(
                (meaning, say_value(value))
                for meaning, value in zip(means, values, strict=False)
                if value is not None
            ),
            taken_back=taken_back,
            was_changed=was_changed,
        )
        for provider, when, taken_back, was_changed, *values in rows
    ]


def say_value(value: object) -> str:
    """Say a value as a person would: a date in words, yes or no, a word in letters."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.date):
        return say_day(value)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value).replace("_", " ")


def say_day(day: dt.date) -> str:
    """Say a date in words: 5 May 2026."""
    return f"{day.day} {day:%B %Y}"
