"""Which records are surely one person's: a page must never tell of somebody else.

Sure are the records that the strict reading of the linkage holds together: a shared
number, an edge of the strict weight, or a person's decision. Which of the strict groups
is the person is told by the record that was asked by; else it is the one with most
records, and of equals the one that holds the person's first record. Not sure, even
there, are

* a record about which decisions disagree, or were made since the last linking;
* where records hold different numbers of a kind of which everybody has one, each that
  does not hold the person's own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from flows.duck import quote_text
from flows.errors import ActRefused
from flows.linkage.policy import load_policy
from flows.paths import Place
from flows.reviewing.decided import IN_FORCE


@dataclass(frozen=True)
class Whose:
    """A person whose record is asked for, and how sure their records are.

    Attributes:
        person_id: the person, as linked last.
        asked_as: an earlier id that has gone into this one; None where there is none.
        named: the person record that was asked by, where a provider's key was given.
        sure: ids of the records that are surely one person's.
        doubtful: ids of the other records that are linked to the person.
        health: ``ok``, ``needs_attention`` or ``disputed``.
        reasons: why it is not ok, as linking says.
    """

    person_id: str
    asked_as: str | None
    named: str | None
    sure: tuple[str, ...]
    doubtful: tuple[str, ...]
    health: str
    reasons: tuple[str, ...]


def part_records(
    connection: duckdb.DuckDBPyConnection,
    place: Place,
    person: str,
    before: str | None,
    named: str | None,
) -> Whose:
    """Part the records that are surely one person's from the others of the person.

    Args:
        connection: has ``linked``, the person links, and the vault as ``vault``.
        place: the data folder.
        person: the person's id.
        before: an earlier id by which they were asked for.
        named: a record by which they were asked for.

    Raises:
        ActRefused: none of the records is surely the person's.
    """
    groups = connection.execute(
        """
        select
            strict_person_id,
            list(record_id order by record_id) as records,
            list_contains(records, $named) as is_named,
        from linked
        where person_id = $person
        group by strict_person_id
        order by is_named desc, len(records) desc,
            strict_person_id = $person desc, strict_person_id
        """,
        {"person": person, "named": named or ""},
    ).fetchall()
    unsure = _list_unsettled(connection, person)
    unsure |= _list_other_numbers(connection, groups[0][1], named)
    sure = [r for r in groups[0][1] if r == named or r not in unsure]
    if not sure:
        raise ActRefused(
            "People decided about these records what linking has not carried out, or "
            "what contradicts itself, so none of them is surely this person's. First: "
            "commonground run. Then name a record whose person you have checked: "
            "commonground person record PROVIDER:KEY. Nothing was written."
        )
    rest = [r for _, records, _ in groups for r in records if r not in sure]
    health = quote_text(str(place.linked / "current" / "person_health.parquet"))
    told = connection.execute(
        f"select health, reasons from read_parquet({health}) where person_id = ?",
        [person],
    ).fetchall()
    state, reasons = told[0] if told else ("ok", [])
    return Whose(
        person_id=person,
        asked_as=before,
        named=named,
        sure=tuple(sure),
        doubtful=tuple(rest),
        health=state,
        reasons=tuple(reasons),
    )


def _list_unsettled(connection: duckdb.DuckDBPyConnection, person: str) -> set[str]:
    """Records of a person whose links are not what decisions in force say."""
    rows = connection.execute(
        f"""
        with here as (select record_id from linked where person_id = ?),
        in_force as ({IN_FORCE}),
        sides as (
            select record_l as record, record_r as other, verdict from in_force
            union all
            select record_r, record_l, verdict from in_force
        )

        select distinct record
        from sides
        where record in (from here)
            and (verdict = 'unlink') = (other in (from here))
        """,
        [person],
    ).fetchall()
    return {str(record) for (record,) in rows}


def _list_other_numbers(
    connection: duckdb.DuckDBPyConnection, records: Sequence[str], named: str | None
) -> set[str]:
    """Records that do not hold the person's number of a guarded kind, if there are two.

    The person's is that of the record that was asked by, else the one that most of
    the records hold, and of equals the first in order.
    """
    other: set[str] = set()
    for kind in load_policy().guarded_identifiers:
        rows = connection.execute(
            f"""
            select record_id::varchar, list(distinct number order by number)
            from (
                select record_id, regexp_replace(upper({kind}), '[^A-Z0-9]', '', 'g')
                    as number
                from vault.identities
                where is_live and record_id in (select unnest(?::uuid[]))
            )
            where number <> ''
            group by record_id
            """,
            [list(records)],
        ).fetchall()
        numbers = {record: set(found) for record, found in rows}
        counted = Counter(number for held in numbers.values() for number in held)
        if len(counted) > 1:
            most = min(counted, key=lambda number: (-counted[number], number))
            own = numbers.get(named or "", {most})
            # Who came by way of the other number has perhaps none of their own.
            other |= {r for r in records if not numbers.get(r, set()) & own}
    return other
