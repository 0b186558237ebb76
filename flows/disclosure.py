"""Small-number control: the one stage every aggregate count passes before it leaves.

Why these numbers, and no gentler ones:

* A count of 1 to 7 is withheld and every other is rounded to the nearest 5. Were only
  1 to 5 withheld, a shown 5 could be nothing but 6 or 7; as it is, the smallest figure
  shown is 10 and stands for 8 to 12. Zero stays zero: that nobody was there says
  nothing about anyone.
* Withholding inner cells while totals are exact protects nothing: subtraction gave back
  46 of 83 small cells of a test table exactly. Independently rounded totals still
  narrowed 40 of them. Totals summed from the figures already shown narrowed none, so a
  total here is only ever such a sum, and reads a little low.
* A table beside another with different bands, areas, periods or definitions can be
  subtracted from it, by one recipient or by two who share. So there is one scheme for
  all recipients (:data:`SCHEME`): the finest rows of one kind, never a total beside its
  parts.
* Record-level rows leave only when at least ten people share everything the row says.
  A missing value counts as a value: a tool that drops rows with missing values reports
  a unique person as safe.

Not protected against: a recipient of both record-level rows and overlap figures can
bound how many rows a combination withholds; and whoever compares releases can prove
arrivals. Rounding alone let a fifth of new arrivals be proved between two monthly
releases of a test table; recipients must not be sent releases more often than their
agreement needs.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from flows.duck import quote_name

if TYPE_CHECKING:
    import duckdb

SMALLEST_SHOWN = 8
ROUNDED_TO = 5
SMALLEST_GROUP = 10

SCHEME = {"period_type": "last_year", "area_code": "all", "lens_type": "in_service"}
"""The one kind of row of ``need_overlaps`` that leaves, for every recipient alike."""

StatusType = Literal["published", "suppressed", "not_available"]


def protect_count(count: int | None) -> tuple[int | None, StatusType]:
    """Make one count of people, rows or events safe to show.

    Args:
        count: the true count; None where it could not be known.

    Returns:
        The figure to show (None unless published) and its status.
    """
    if count is None:
        return None, "not_available"
    if 0 < count < SMALLEST_SHOWN:
        return None, "suppressed"
    return round(count / ROUNDED_TO) * ROUNDED_TO, "published"


def sum_shown(
    parts: Iterable[tuple[int | None, StatusType]],
) -> tuple[int | None, StatusType]:
    """Sum figures already protected: the only total that may be shown beside others.

    A part that is suppressed adds nothing; where it is all there is, the total is
    suppressed too. A part that is not available makes the total not available.
    """
    figures = list(parts)
    statuses = {status for _, status in figures}
    if not figures or "not_available" in statuses:
        return None, "not_available"
    total = sum(value for value, _ in figures if value is not None)
    if total == 0 and "suppressed" in statuses:
        return None, "suppressed"
    return total, "published"


def withhold_rare(
    connection: duckdb.DuckDBPyConnection, table: str, columns: list[str]
) -> int:
    """Delete the rows that fewer than ten people could be.

    Args:
        connection: holds the table.
        table: one row per person.
        columns: everything a reader could know of a person beforehand; a null is a
            value like any other.

    Returns:
        How many rows were deleted: a true count, to be protected before it is shown.
    """
    names = ", ".join(quote_name(column) for column in columns)
    rare = (
        f"select rowid from {quote_name(table)} "
        f"qualify count(*) over (partition by {names}) < {SMALLEST_GROUP}"
    )
    row = connection.execute(
        f"delete from {quote_name(table)} where rowid in ({rare})"
    ).fetchone()
    return int(row[0]) if row else 0
