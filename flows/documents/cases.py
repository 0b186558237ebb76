"""Which cases a panel looks at, and what is told of each: no name, no date, no id.

The rule, and why: a *missed opportunity* is a touchpoint in the year before a crisis
without recorded help. Of each person the crisis with most of them counts, of each
household the person with most, so no family is looked at twice. Cases are then shared
out over the strata, area by crisis type, by Adams' method (the smallest divisors, as
in the apportionment of seats): every stratum gets one case before any gets a second,
the largest first, and the rest follow the number of people in each. Within a stratum
those with most missed opportunities come first; what is equal goes by the random ids,
so the same warehouse gives the same cases.

A person whose records people disagree about is no case: the story may be two people's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from flows.contracts import Strict
from flows.duck import quote_text
from flows.errors import ActRefused
from flows.linkage.store import read_summary
from flows.paths import Place

FOLDER = Path(__file__).parent
MART = "missed_opportunities"
_COLUMNS = {
    "crisis_id",
    "person_id",
    "crisis_type",
    "area_code",
    "crisis_date",
    "touchpoint_id",
    "touchpoint_type",
    "touchpoint_sector",
    "days_before",
    "is_help_given",
}


class PanelPolicy(Strict):
    """What a pack shows and asks; see ``panel.yml`` for what each number means."""

    days_before: int
    smallest_group: int
    listed_touchpoints: int
    finding_rows: int
    questions: tuple[str, ...]
    sectors: dict[str, str]
    touchpoints: dict[str, str]


@dataclass(frozen=True)
class Touchpoint:
    """A meeting with a system before the crisis; ``is_help_given`` may be unknown."""

    days: int
    sector: str
    kind: str
    is_help_given: bool | None


@dataclass(frozen=True)
class Event:
    """Anything else of the timeline; ``kind`` is an event type of the timeline."""

    days: int
    sector: str
    kind: str


@dataclass(frozen=True)
class Case:
    """One crisis and the year before it.

    Attributes:
        crisis: the crisis, in words.
        area: its area; empty where too few people are of it.
        age_band: the person's; empty where too few people share it.
        is_unsure: linking says that the records may not all be of one person.
        touchpoints: the earliest first.
    """

    crisis_id: str
    person_id: str
    crisis: str
    area: str
    age_band: str
    is_unsure: bool
    touchpoints: tuple[Touchpoint, ...]
    events: tuple[Event, ...]


def choose_cases(
    connection: duckdb.DuckDBPyConnection,
    place: Place,
    wanted: int,
    policy: PanelPolicy,
) -> list[Case]:
    """Choose the cases of a panel by the rule above.

    Args:
        connection: has the warehouse attached as ``warehouse``; tables are made in
            memory.
        place: the data folder, for households and the state of links.
        wanted: how many; fewer are given where there are no more.
        policy: what may be shown.

    Raises:
        ActRefused: the mart is not built, or holds nothing for a panel.
    """
    _check_mart(connection)
    _load_people(connection, place)
    connection.execute(
        (FOLDER / "cases.sql").read_text(encoding="utf-8"),
        {"wanted": wanted, "smallest": policy.smallest_group},
    )
    rows = connection.execute("from chosen order by place_in_line").fetchall()
    if not rows:
        raise ActRefused(
            f"The mart {MART} holds no crisis with an earlier touchpoint without help, "
            "so there is nothing for a panel to look at. Either no crisis was recorded "
            "or no provider told what came before one: commonground query "
            '"from coverage". Nothing was written.'
        )
    return [_read_case(connection, row, policy) for row in rows]


def _check_mart(connection: duckdb.DuckDBPyConnection) -> None:
    found = {
        name
        for (name,) in connection.execute(
            "select column_name from duckdb_columns() "
            "where database_name = 'warehouse' and schema_name = 'main' "
            "and table_name = ?",
            [MART],
        ).fetchall()
    }
    if not found:
        raise ActRefused(
            f"The warehouse has no mart {MART}: it was built before there was one, or "
            "not at all. First: commonground run --from transform. Nothing was written."
        )
    if missing := sorted(_COLUMNS - found):
        raise ActRefused(
            f"The mart {MART} lacks {', '.join(missing)}: it was built by another "
            "version. First: commonground run --from transform. Nothing was written."
        )


def _load_people(connection: duckdb.DuckDBPyConnection, place: Place) -> None:
    """Make ``households`` (person, household) and ``doubted`` (person, health)."""
    files = [
        quote_text(str(place.landed / "homelessness" / name / "*.parquet"))
        for name in ("cases", "enrolments")
        if any((place.landed / "homelessness" / name).glob("*.parquet"))
    ]
    linked = quote_text(str(place.linked / "current" / "person_links.parquet"))
    health = quote_text(str(place.linked / "current" / "person_health.parquet"))
    connection.execute(
        "create table households (person_id varchar, household_id varchar);"
        "create table doubted (person_id varchar, health varchar)"
    )
    if not read_summary(place):
        return
    connection.execute(
        "insert into doubted select person_id, health "
        f"from read_parquet({health}) where health <> 'ok'"
    )
    for path in files:
        # Whoever was of one household at any time counts as of one.
        connection.execute(
            f"""
            insert into households
            select distinct person_id, household_id
            from read_parquet({path}, union_by_name = true)
            inner join read_parquet({linked}) using (record_id)
            where household_id is not null
            """
        )


def _read_case(
    connection: duckdb.DuckDBPyConnection, row: Sequence[object], policy: PanelPolicy
) -> Case:
    crisis_id, person_id, crisis, area, age_band, is_unsure, _ = row
    touchpoints = connection.execute(
        f"""
        select distinct on (touchpoint_id)
            days_before, touchpoint_sector, touchpoint_type, is_help_given
        from warehouse.main.{MART}
        where crisis_id = ? and person_id = ? and touchpoint_id is not null
            and days_before between 0 and ?
        order by days_before desc, touchpoint_sector, touchpoint_type, touchpoint_id
        """,
        [crisis_id, person_id, policy.days_before],
    ).fetchall()
    events = connection.execute(
        f"""
        select crisis_date - event_date as days, sector, event_type
        from warehouse.main.person_timeline
        cross join (
            select distinct crisis_date from warehouse.main.{MART}
            where crisis_id = $crisis
        )
        where person_id = $person and event_id <> $crisis
            and crisis_date - event_date between 0 and $most
        order by days desc, sector, event_type, event_id
        """,
        {"crisis": crisis_id, "person": person_id, "most": policy.days_before},
    ).fetchall()
    return Case(
        crisis_id=str(crisis_id),
        person_id=str(person_id),
        crisis=str(crisis),
        area=str(area),
        age_band=str(age_band),
        is_unsure=bool(is_unsure),
        touchpoints=tuple(Touchpoint(*found) for found in touchpoints),
        events=tuple(Event(*found) for found in events),
    )
