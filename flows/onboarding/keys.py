"""The row key of a file: the smallest set of columns that no two rows share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import duckdb

from flows.contracts import load_contract
from flows.onboarding.profile import Profile

_MOST_TRIED = 12
_POOR_KEYS = ("free text", "e-mail address", "telephone number", "decimal number")


@dataclass(frozen=True)
class RowKey:
    """A proposed row key.

    Attributes:
        headings: the columns.
        doubt: why it is not certain; empty if it is.
        evidence: counts.
    """

    headings: tuple[str, ...]
    doubt: str
    evidence: str


def find_row_key(
    connection: duckdb.DuckDBPyConnection,
    sector: str,
    lands: tuple[str, ...],
    filled: dict[str, str],
    profiles: Sequence[Profile],
) -> RowKey:
    """Propose the row key of table ``sample``.

    Args:
        connection: holds the sample.
        sector: the provider's sector.
        lands: the datasets the file lands.
        filled: heading -> the field it fills.
        profiles: the sample's columns.
    """
    by_field = {field: heading for heading, field in filled.items()}
    by_heading = {profile.heading: profile for profile in profiles}
    for name in lands:
        key = [
            by_field.get(field) for field in load_contract(sector).datasets[name].key
        ]
        headings = [heading for heading in key if heading]
        if len(headings) == len(key) and not _count_doubled(
            connection, [by_heading[h] for h in headings]
        ):
            evidence = f"the key of {name}, never twice in the sample"
            return RowKey(tuple(headings), "", evidence)
    return _search(connection, filled, profiles)


def _search(
    connection: duckdb.DuckDBPyConnection,
    filled: dict[str, str],
    profiles: Sequence[Profile],
) -> RowKey:
    likely = sorted(
        (p for p in profiles if p.filled and not _is_poor(p)),
        key=lambda p: (p.heading not in filled, -p.filled, -p.distinct, p.place),
    )[:_MOST_TRIED]
    for size in (1, 2):
        for chosen in combinations(likely, size):
            if not _count_doubled(connection, chosen):
                headings = tuple(p.heading for p in chosen)
                doubt = "Is this what makes a row one of its own, in every export?"
                return RowKey(headings, doubt, "never twice in the sample")
    best = likely[0] if likely else profiles[0]
    rows = best.rows
    if not rows:
        return RowKey((best.heading,), "The sample has no rows: what is the key?", "")
    doubled = _count_doubled(connection, [best])
    return RowKey(
        (best.heading,),
        "No one or two columns make a row one of its own: what is the key?",
        f"{doubled:,} of {rows:,} rows share it with another or have none",
    )


def _is_poor(profile: Profile) -> bool:
    """A note, an address or an amount may differ on every row and still be no key."""
    return any(profile.shapes[shape] > 0.5 for shape in _POOR_KEYS)


def _count_doubled(
    connection: duckdb.DuckDBPyConnection, chosen: Sequence[Profile]
) -> int:
    """Count rows whose key is another's too, or empty; all of none is no key."""
    texts = [f"coalesce(trim(c{profile.place}), '')" for profile in chosen]
    counted = connection.execute(
        f"""
        select count(*), coalesce(sum(n) filter (n > 1 or is_empty), 0)::bigint
        from (
            select count(*) as n, concat({", ".join(texts)}) = '' as is_empty
            from sample group by {", ".join(texts)}
        )
        """
    ).fetchone()
    groups, doubled = counted or (0, 0)
    return int(doubled) if groups else 1
