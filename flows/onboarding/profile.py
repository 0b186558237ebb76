"""What the columns of a sample look like: counts and shapes, never a value.

The work is DuckDB SQL over the sample in memory, in a connection that can reach no
file. Shapes are judged on at most 20,000 different values of a column.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from flows.duck import quote_text
from flows.onboarding.names import list_value_maps, spell_values
from flows.onboarding.sample import Sample
from flows.onboarding.shapes import (
    BARE_DIGITS,
    DATE_FORMATS,
    date_conditions,
    list_rivals,
    shape_conditions,
)

_MOST_LOOKED = 20_000
_MOST_LISTED = 200
_COLUMNS_AT_ONCE = 100
BLANKS = ("NA", "N/A", "NULL", "NIL", "-", "0000-00-00", "00/00/0000")
"""Texts that systems write where there is nothing."""


@dataclass(frozen=True)
class Profile:
    """One column of a sample.

    Attributes:
        heading: its heading.
        place: its place, counted from 0.
        rows: rows of the sample.
        filled: rows with a value that does not stand for nothing.
        distinct: different values among them.
        looked: rows whose value's shape was looked at.
        shapes: shape -> share of the rows looked at.
        dates: date format -> rows looked at that are such a date.
        blanks: the texts of :data:`BLANKS` that it holds.
        listed: value map (by its place in the list) -> values it knows, rows that hold
            them, and how many of the values are words and no mere signs.
    """

    heading: str
    place: int
    rows: int
    filled: int
    distinct: int
    looked: int
    shapes: dict[str, float]
    dates: dict[str, int]
    blanks: tuple[str, ...]
    listed: dict[int, tuple[int, int, int]]

    @property
    def date_formats(self) -> list[str]:
        """The formats its dates have: of rivals the likelier, the commonest first."""
        kept = [
            form
            for form, count in self.dates.items()
            if count
            and not any(
                (self.dates[r], -_order(r)) > (count, -_order(form))
                for r in list_rivals(form)
            )
        ]
        return sorted(kept, key=lambda form: -self.dates[form])

    @property
    def date_share(self) -> float:
        """Share of the rows looked at that are dates, bare digits left out."""
        plain = [f for f in self.date_formats if f not in BARE_DIGITS]
        return self.share_of_dates(plain)

    def share_of_dates(self, formats: list[str]) -> float:
        """Share of the rows looked at that are dates in one of some formats."""
        if not self.looked:
            return 0.0
        found: dict[str, int] = {}
        for form in formats:
            first = min([form, *list_rivals(form)], key=_order)
            found[first] = max(found.get(first, 0), self.dates.get(form, 0))
        return sum(found.values()) / self.looked

    @property
    def words(self) -> str:
        """Counts and shapes in words."""
        parts = [f"{self.filled:,} of {self.rows:,} rows filled"]
        if self.filled:
            parts.append(f"{self.distinct:,} different values")
        shares = {f"date {f}": self.share_of_dates([f]) for f in self.date_formats[:2]}
        shares |= {n: s for n, s in self.shapes.items() if n != "any date"}
        told = sorted(shares.items(), key=lambda item: -item[1])
        parts += [f"{name} {share:.0%}" for name, share in told[:3] if share >= 0.05]
        return ", ".join(parts)


def profile_columns(
    connection: duckdb.DuckDBPyConnection, sample: Sample, sector: str
) -> list[Profile]:
    """Profile every column of table ``sample``."""
    _list_known_values(connection, sector)
    profiles = []
    for start in range(0, len(sample.header), _COLUMNS_AT_ONCE):
        places = range(start, min(start + _COLUMNS_AT_ONCE, len(sample.header)))
        _list_values(connection, places)
        listed = _match_lists(connection)
        for place, *counts in _count_shapes(connection, places):
            heading, rows = sample.header[place], sample.rows.num_rows
            known = listed.get(place, {})
            profiles.append(_make_profile(heading, place, rows, counts, known))
    return profiles


def _list_known_values(connection: duckdb.DuckDBPyConnection, sector: str) -> None:
    pairs = [
        (place, value)
        for place, (field, values, _) in enumerate(list_value_maps(sector))
        for value in spell_values(sector, field, values)
    ]
    table = pa.table({"map": [m for m, _ in pairs], "value": [v for _, v in pairs]})
    connection.register("pairs", table)
    connection.execute("create or replace temp table known_values as from pairs")
    connection.unregister("pairs")


def _list_values(connection: duckdb.DuckDBPyConnection, places: range) -> None:
    """Make table ``seen``: each value of some columns, and how many rows hold it."""
    blanks = ", ".join(quote_text(text) for text in BLANKS)
    parts = " union all ".join(
        f"select {place} as place, trim(c{place}) as v, count(*) as n "
        f"from sample where trim(c{place}) <> '' group by 2"
        for place in places
    )
    connection.execute(
        f"""
        create or replace temp table seen as
        select
            place, v, n, upper(v) in ({blanks}) as is_blank,
            row_number() over (
                partition by place, upper(v) in ({blanks}) order by hash(v), v
            ) as turn
        from ({parts})
        """
    )


def _count_shapes(
    connection: duckdb.DuckDBPyConnection, places: range
) -> list[tuple[Any, ...]]:
    """Give per column: rows filled, values, blanks, rows looked at, rows per shape."""
    shapes = [*shape_conditions().values(), *date_conditions().values()]
    tested = ", ".join(f"({sql}) as s{n}" for n, sql in enumerate(shapes))
    first = len(shape_conditions())
    dated = " or ".join(f"s{n}" for n in range(first, len(shapes)))
    counted = ", ".join(
        f"coalesce(sum(n) filter ({sql}), 0)::bigint"
        for sql in [*(f"s{n}" for n in range(len(shapes))), dated]
    )
    return connection.execute(
        f"""
        with looked as (
            select place, n, {tested}
            from seen where turn <= {_MOST_LOOKED} and not is_blank
        ),
        counts as (
            select place, sum(n)::bigint as looked, {counted}
            from looked group by place
        ),
        sums as (
            select
                place,
                coalesce(sum(n) filter (not is_blank), 0)::bigint as filled,
                count(*) filter (not is_blank) as value_count,
                list(distinct upper(v)) filter (is_blank) as blanks
            from seen group by place
        )
        select
            places.place, coalesce(sums.filled, 0), coalesce(sums.value_count, 0),
            sums.blanks, counts.* exclude (place)
        from range({places.start}, {places.stop}) as places(place)
        left join sums on sums.place = places.place
        left join counts on counts.place = places.place
        order by places.place
        """
    ).fetchall()


def _make_profile(
    heading: str,
    place: int,
    rows: int,
    counts: list[Any],
    listed: dict[int, tuple[int, int, int]],
) -> Profile:
    filled, distinct, blanks, looked, *shaped = counts
    names = [*shape_conditions(), *DATE_FORMATS, "any date"]
    found = dict(zip(names, (count or 0 for count in shaped), strict=True))
    return Profile(
        heading=heading,
        place=place,
        rows=rows,
        filled=filled,
        distinct=distinct,
        looked=looked or 0,
        shapes={
            name: count / looked if looked else 0.0
            for name, count in found.items()
            if name not in DATE_FORMATS
        },
        dates={form: found[form] for form in DATE_FORMATS},
        blanks=tuple(sorted(blanks or [])),
        listed=listed,
    )


def _match_lists(
    connection: duckdb.DuckDBPyConnection,
) -> dict[int, dict[int, tuple[int, int, int]]]:
    """Give per column and value map how many values and rows the map knows."""
    found = connection.execute(
        f"""
        select
            place, map, count(*), sum(n)::bigint, count(*) filter (length(v) > 2)
        from seen
        join known_values on lower(v) = value
        where not is_blank and place in (
            select place from seen group by place having count(*) <= {_MOST_LISTED}
        )
        group by place, map
        """
    ).fetchall()
    listed: dict[int, dict[int, tuple[int, int, int]]] = {}
    for place, name, *counts in found:
        values, rows, words = counts
        listed.setdefault(place, {})[name] = (values, rows, words)
    return listed


def _order(form: str) -> int:
    return list(DATE_FORMATS).index(form)
