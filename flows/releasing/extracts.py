"""Extracts: what each recipient gets, as Parquet, and what was kept from it and why."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.disclosure import SCHEME, StatusType, protect_count, sum_shown
from flows.duck import quote_name, quote_text
from flows.releasing.people_extract import load_people
from flows.releasing.profiles import EXTRACTS, NEEDS, Terms, list_columns

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Row = dict[str, Any]
Figure = tuple[int | None, StatusType]

_CONTEXT = (
    *SCHEME,
    "period_start_date",
    "period_end_date",
    "providers_expected_count",
    "providers_received_count",
)


@dataclass
class ExtractReport:
    """What one recipient got: rows by file, and what was withheld, with the reason."""

    rows: dict[str, int] = field(default_factory=dict)
    withheld: list[Row] = field(default_factory=list)

    def withhold(self, what: str, why: str, count: int | None = None) -> None:
        """Note something withheld; a count of rows is protected like any other."""
        note: Row = {"what": what, "why": why}
        if count is not None:
            note["count"], note["count_status"] = protect_count(count)
        self.withheld.append(note)


def build_extracts(
    connection: DuckDBPyConnection,
    folder: Path,
    terms: Terms,
    as_of: dt.date,
    key: bytes,
) -> ExtractReport:
    """Write one recipient's extracts.

    Args:
        connection: has the warehouse attached as ``warehouse``.
        folder: the recipient's folder of the release; made if anything is due.
        terms: what it may have today.
        as_of: the data's own day.
        key: its pseudonym key.
    """
    report = ExtractReport()
    datasets = terms.recipient.datasets
    if refusal := _refusal(terms):
        report.withhold("every extract", refusal)
        return report
    folder.mkdir(mode=0o700, parents=True)
    if "people" in datasets:
        rare = load_people(connection, "extract_people", terms, as_of, key)
        why = "Fewer than ten people share everything such a row says."
        if rare:
            report.withhold("rows of people", why, rare)
        _write(connection, "people", folder, report)
    if "need_overlaps" in datasets and _load_overlaps(connection, terms, report):
        _write(connection, "need_overlaps", folder, report)
    if "coverage" in datasets:
        _load_coverage(connection, terms)
        _write(connection, "coverage", folder, report)
    return report


def _refusal(terms: Terms) -> str:
    if not terms.in_force:
        agreement = terms.recipient.agreement.id
        return f"Agreement {agreement} is not in force on the day of publication."
    if not terms.providers:
        return "No provider of its sectors names it in an agreement in force."
    return ""


def _load_overlaps(
    connection: DuckDBPyConnection, terms: Terms, report: ExtractReport
) -> bool:
    needs = [need for need, sector in NEEDS.items() if sector in terms.open_sectors]
    closed = [s for s in terms.recipient.sectors if s not in terms.open_sectors]
    if closed:
        why = f"Not every provider of {', '.join(closed)} lets its data reach it."
        report.withhold("need_overlaps of these sectors", why)
    if not needs:
        return False
    columns = [
        column
        for column in list_columns(terms.recipient, "need_overlaps")
        if not (sector := EXTRACTS["need_overlaps"][column])
        or sector in terms.open_sectors
    ]
    rows = _merge_overlaps(_read_overlaps(connection), needs)
    _load(connection, "need_overlaps", columns, rows)
    return True


def _read_overlaps(connection: DuckDBPyConnection) -> list[Row]:
    where = " and ".join(f"{name} = {quote_text(v)}" for name, v in SCHEME.items())
    return _rows(
        connection, f"select * from warehouse.main.need_overlaps where {where}"
    )


def _merge_overlaps(rows: Sequence[Row], needs: Sequence[str]) -> list[Row]:
    """Merge combinations that differ in closed needs only, from figures shown anyway.

    Each combination of all four needs is protected first, and a recipient's figure is
    the sum of what is shown. So recipients who compare theirs find nothing new.
    """
    parts: dict[tuple[str, ...], list[Figure]] = defaultdict(list)
    for row in rows:
        held = tuple(need for need in needs if row[f"has_{need}"])
        if held:
            available = row["status_type"] != "not_available"
            count = row["people_count"] if available else None
            parts[held].append(protect_count(count))
    context = {name: rows[0][name] for name in _CONTEXT} if rows else {}
    return [
        context
        | {f"has_{need}": need in held for need in NEEDS}
        | {"needs_combination": "+".join(held), "needs_count": len(held)}
        | dict(zip(("people_count", "status_type"), _total(figures), strict=True))
        for held, figures in parts.items()
    ]


def _total(figures: Sequence[Figure]) -> Figure:
    # A combination with a closed need whose sector sent nothing has nobody in it: being
    # in service there cannot be known. Where the open sector sent nothing, no part is
    # available and neither is the total.
    known = [figure for figure in figures if figure[1] != "not_available"]
    return sum_shown(known or figures)


def _load_coverage(connection: DuckDBPyConnection, terms: Terms) -> None:
    columns = list_columns(terms.recipient, "coverage")
    names = ", ".join(quote_text(name) for name in terms.providers)
    rows = _rows(
        connection, f"select * from warehouse.main.coverage where provider in ({names})"
    )
    for row in rows:
        for column in columns:
            if column.endswith("_count"):
                row[column], _ = protect_count(row[column])
    _load(connection, "coverage", columns, rows)


def _rows(connection: DuckDBPyConnection, query: str) -> list[Row]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _load(
    connection: DuckDBPyConnection,
    dataset: str,
    columns: Sequence[str],
    rows: Sequence[Row],
) -> None:
    """Make the temporary table of an extract; a column's name says its type."""
    typed = ", ".join(f"{quote_name(name)} {_type_of(name)}" for name in columns)
    connection.execute(f"create or replace temp table extract_{dataset} ({typed})")
    if rows:
        connection.executemany(
            f"insert into extract_{dataset} values ({', '.join('?' for _ in columns)})",
            [[row[column] for column in columns] for row in rows],
        )


def _type_of(column: str) -> str:
    if column.endswith("_date"):
        return "date"
    if column.endswith(("_count", "_year")):
        return "bigint"
    return "boolean" if column.startswith(("is_", "has_")) else "varchar"


def _write(
    connection: DuckDBPyConnection, dataset: str, folder: Path, report: ExtractReport
) -> None:
    path = folder / f"{dataset}.parquet"
    connection.execute(
        f"copy (select * from extract_{dataset} order by all) to "
        f"{quote_text(str(path))} (format parquet, compression zstd)"
    )
    row = connection.execute(f"select count(*) from extract_{dataset}").fetchone()
    report.rows[path.name] = int(row[0]) if row else 0
