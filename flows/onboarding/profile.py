"""What the columns of a sample look like: counts and shapes, never a value.

The work is DuckDB SQL over the sample in memory, in a connection that can reach no
file. Shapes are judged on at most 20,000 different values of a column.
"""

from __future__ import annotations

from dataclasses import dataclass

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
        listed: value map (by its place in the list) -> (values, rows) it knows.
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
    listed: dict[int, tuple[int, int]]

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
    return [
        _profile(connection, sample, place, heading)
        for place, heading in enumerate(sample.header)
    ]


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


def _profile(
    connection: duckdb.DuckDBPyConnection, sample: Sample, place: int, heading: str
) -> Profile:
    blanks = ", ".join(quote_text(text) for text in BLANKS)
    connection.execute(
        f"""
        create or replace temp table seen as
        select
            trim(c{place}) as v, count(*) as n, upper(trim(c{place})) in ({blanks})
                as stands_for_nothing
        from sample where trim(c{place}) <> '' group by 1
        """
    )
    conditions = [*shape_conditions().values(), *date_conditions().values()]
    counted = ", ".join(
        f"coalesce(sum(n) filter ({sql}), 0)::bigint" for sql in conditions
    )
    row = connection.execute(
        f"""
        with looked as (
            select v, n from seen where not stands_for_nothing
            order by hash(v), v limit {_MOST_LOOKED}
        )
        select
            (select coalesce(sum(n), 0)::bigint from seen where not stands_for_nothing),
            (select count(*) from seen where not stands_for_nothing),
            (select list(distinct upper(v)) from seen where stands_for_nothing),
            coalesce(sum(n), 0)::bigint, {counted}
        from looked
        """
    ).fetchone()
    filled, distinct, empty, looked, *counts = row or (0, 0, None, 0)
    names = list(shape_conditions())
    shares = [count / looked if looked else 0.0 for count in counts]
    return Profile(
        heading=heading,
        place=place,
        rows=sample.rows.num_rows,
        filled=filled,
        distinct=distinct,
        looked=looked,
        shapes=dict(zip(names, shares, strict=False)),
        dates=dict(zip(DATE_FORMATS, counts[len(names) :], strict=True)),
        blanks=tuple(sorted(empty or [])),
        listed=_match_lists(connection) if 0 < distinct <= _MOST_LISTED else {},
    )


def _match_lists(connection: duckdb.DuckDBPyConnection) -> dict[int, tuple[int, int]]:
    found = connection.execute(
        """
        select map, count(*), sum(n)::bigint from seen
        join known_values on lower(v) = value
        where not stands_for_nothing group by map
        """
    ).fetchall()
    return {place: (values, rows) for place, values, rows in found}


def _order(form: str) -> int:
    return list(DATE_FORMATS).index(form)
