"""Headings of a sample: can they be named, and are they headings at all.

A file without headings would give a person's values as names of columns. What looks
like a row is refused, and no heading is repeated in any message here.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from flows.errors import ExportRefused
from flows.onboarding.sample import Sample
from flows.onboarding.shapes import date_conditions, shape_conditions

MOST_COLUMNS = 2_000
_LONGEST_HEADING = 200
# Shapes that no heading has, but the values of a row do.
_ROW_SHAPES = (
    "NHS number", "postcode", "National Insurance number", "PNC number",
    "e-mail address", "telephone number", "prison number",
    "probation case number",
)  # fmt: skip


def load_sample(connection: duckdb.DuckDBPyConnection, sample: Sample) -> None:
    """Put a sample's rows into table ``sample``, after a look at its headings.

    Raises:
        ExportRefused: headings that no layout could name, or that look like a row.
    """
    _check_headings(sample)
    connection.register("sample_rows", sample.rows)
    connection.execute("create or replace temp table sample as from sample_rows")
    connection.unregister("sample_rows")
    _check_no_row(connection, sample)


def _check_headings(sample: Sample) -> None:
    """Check that headings can be named in a provider file; none is repeated here."""
    header, line = sample.header, sample.header_row
    if len(header) > MOST_COLUMNS:
        raise ExportRefused(
            "wrong_header",
            f"{len(header):,} columns; at most {MOST_COLUMNS:,} are looked at.",
            line,
        )
    folded = [heading.casefold() for heading in header]
    wrong = {
        "have no heading": [n for n, h in enumerate(header, 1) if not h],
        "have the heading of another column": [
            n for n, h in enumerate(folded, 1) if h in folded[: n - 1] and h
        ],
        f"have a heading of more than {_LONGEST_HEADING} characters": [
            n for n, h in enumerate(header, 1) if len(h) > _LONGEST_HEADING
        ],
    }
    found = [f"columns {_count(n)} {words}" for words, n in wrong.items() if n]
    if found:
        raise ExportRefused(
            "wrong_header",
            f"Line {line} of {sample.name}: {'; '.join(found)}. Export again with one "
            "heading of its own for every column.",
            line,
        )


def _count(places: list[int]) -> str:
    shown = ", ".join(str(place) for place in places[:8])
    return shown + (f" and {len(places) - 8} more" if len(places) > 8 else "")


def _check_no_row(connection: duckdb.DuckDBPyConnection, sample: Sample) -> None:
    """Refuse a first line that looks like a row: its words could be somebody's."""
    conditions = [shape_conditions()[name] for name in _ROW_SHAPES]
    conditions += [f"({sql})" for sql in date_conditions().values()]
    headings = pa.table({"v": pa.array(sample.header, pa.string())})
    connection.register("headings", headings)
    shaped = connection.execute(
        f"select count(*) from headings where {' or '.join(conditions)}"
    ).fetchone()
    connection.unregister("headings")
    # A heading that is also a value of its own column is a row's value, mostly.
    recurs = " + ".join(
        f"coalesce(bool_or(lower(trim(c{place})) = ?), false)::integer"
        for place in range(len(sample.header))
    )
    counted = connection.execute(
        f"select {recurs} from sample", [heading.lower() for heading in sample.header]
    ).fetchone()
    repeated = counted[0] if counted else 0
    if shaped != (0,) or 3 * repeated > len(sample.header):
        raise ExportRefused(
            "no_headings",
            f"Line {sample.header_row} of {sample.name} looks like a row, not like "
            "headings. Export it again with headings as the first line.",
            sample.header_row,
        )
