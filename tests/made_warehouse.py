"""A small encrypted warehouse of invented people, with the marts' own columns."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from itertools import product

from flows.duck import attach_encrypted, connect, quote_name, quote_text
from flows.gating.suites import SUITES, Suite, list_marts, load_suite
from flows.keys import Keys
from flows.paths import Place
from flows.releasing.profiles import NEEDS

AS_OF = dt.date(2026, 6, 30)
MADE_BY_HAND = (
    "people", "person_episodes", "person_timeline", "coverage", "need_overlaps",
)  # fmt: skip
"""Marts whose rows are made to be true; every other has one row of made values."""
SECTORS = ("homelessness", "drugs", "offending", "mental_health")


@dataclass(frozen=True)
class MadeAgreement:
    id: str = "DSA-T"
    starts: dt.date = dt.date(2020, 1, 1)
    ends: dt.date = dt.date(2099, 12, 31)
    recipients: tuple[str, ...] = ("making_every_adult_matter",)


@dataclass(frozen=True)
class MadeProvider:
    provider: str
    sector: str
    name: str = "An invented provider"
    agreement: MadeAgreement = field(default_factory=MadeAgreement)


def make_providers(*recipients: str) -> list[MadeProvider]:
    """One provider per sector, ``<sector>_one``, all naming the recipients."""
    agreement = MadeAgreement(recipients=recipients)
    return [MadeProvider(f"{s}_one", s, agreement=agreement) for s in SECTORS]


def make_warehouse(place: Place, keys: Keys, people: int = 40) -> None:
    """Everyone is known to the homelessness provider, every second to drugs, too.

    The first person alone is a woman of 70, so she is one of a kind. Each person has a
    worker, an episode of each service, and a contact.
    """
    with connect() as connection:
        key = keys.for_facts("warehouse")
        attach_encrypted(connection, place.warehouse, "warehouse", key)
        connection.execute("use warehouse")
        connection.execute("create schema intermediate")
        connection.execute(_PEOPLE, [people])
        for statement in (*_INTERMEDIATE, *_MARTS):
            connection.execute(statement)
        connection.execute(f"create table need_overlaps as {_overlaps(people)}")
        made = {row[0] for row in connection.execute("show tables").fetchall()}
        for mart in list_marts():
            if mart not in made:
                connection.execute(f"create table {mart} as select 1 as made")
            _match_columns(connection, mart)
        connection.execute("drop table described")
        connection.execute("comment on table people is 'One row per invented person.'")
        connection.execute("comment on column people.age_band is 'Band of age.'")
        connection.execute("use memory")


def run_sql(place: Place, keys: Keys, statement: str) -> list[tuple]:
    """Run a statement in the warehouse."""
    with connect() as connection:
        key = keys.for_facts("warehouse")
        attach_encrypted(connection, place.warehouse, "warehouse", key)
        connection.execute("use warehouse")
        rows = connection.execute(statement).fetchall()
        connection.execute("use memory")
        return rows


def _match_columns(connection, mart: str) -> None:
    """Add the columns of a mart's suite that the small table lacks, in its order."""
    there = {row[0] for row in connection.execute(f"describe {mart}").fetchall()}
    suite = load_suite(SUITES / "published" / f"{mart}.yml")
    expected = _list_expected(suite)
    chosen = [
        quote_name(name)
        if name in there
        else f"{expected.get(name) or _filler(name)} as {quote_name(name)}"
        for name in suite.columns
    ]
    connection.execute(
        f"create or replace table {mart} as select {', '.join(chosen)} from {mart}"
    )


def _list_expected(suite: Suite) -> dict[str, str]:
    """Give a value that its suite's own sets and bounds allow, by column."""
    expected = {}
    for check in suite.expectations:
        column = check.kwargs.get("column", "")
        if values := check.kwargs.get("value_set"):
            expected.setdefault(column, quote_text(str(values[0])))
        elif isinstance(least := check.kwargs.get("min_value"), int | float):
            kind = "bigint" if isinstance(least, int) else "double"
            expected.setdefault(column, f"({least})::{kind}")
    return expected


def _filler(name: str) -> str:
    if name.endswith("_date"):
        return "date '2026-01-01'"
    if name.endswith("_id"):
        return "md5('made')"
    if name.endswith(("_count", "_days", "_score", "_level")):
        return "1::bigint"
    if name.endswith(("_share", "_index", "_ratio", "_low", "_high")):
        return "0.5::double"
    return "false" if name.startswith(("is_", "has_")) else "'made'"


def _overlaps(people: int) -> str:
    """Half are in two services, half in homelessness alone; a few in other pairs."""
    counts = {("homelessness",): people // 2, ("homelessness", "substance_use"): 20}
    counts[("homelessness", "offending")] = 3
    rows = []
    for flags in product((True, False), repeat=4):
        held = tuple(n for n, flag in zip(NEEDS, flags, strict=True) if flag)
        if held:
            values = ", ".join(str(flag) for flag in flags)
            rows.append(
                f"('last_year', 'all', 'in_service', '{'+'.join(held)}', "
                f"'published', {counts.get(held, 0)}, {len(held)}, {values})"
            )
    needs = ", ".join(f"has_{need}" for need in NEEDS)
    return (
        "select *, people_count as people_low_count, people_count as "
        "people_high_count, 4::bigint as providers_expected_count, 4::bigint as "
        "providers_received_count, date '2025-07-01' as period_start_date, "
        f"date '2026-06-30' as period_end_date from (values {', '.join(rows)}) as t("
        "period_type, area_code, lens_type, needs_combination, status_type, "
        f"people_count, needs_count, {needs})"
    )


_PEOPLE = """
    create table described as
    select
        i, md5('person' || i)::uuid::varchar as person_id,
        md5('worker' || i % 3)::uuid::varchar as worker_id,
        case when i = 0 then 1956 else 1990 end as birth_year,
        case when i = 0 then 'female' else 'male' end as sex_type,
        unnest(case when i % 2 = 0 then ['homelessness', 'drugs']
            else ['homelessness'] end) as sector
    from range(?) as made(i)
"""
_INTERMEDIATE = (
    """
    create table intermediate.int_person_records as
    select
        md5(sector || 'record' || i)::uuid::varchar as record_id, person_id, sector,
        sector || '_one' as provider, birth_year::integer as birth_year,
        sex_type, 'white' as ethnicity_type, date '2026-06-30' as _export_date,
        timestamp '2026-06-30 02:00:00' as _received_at
    from described
    """,
    """
    create table intermediate.int_episodes_unioned as
    select
        md5(sector || 'episode' || i)::uuid::varchar as episode_id, person_id,
        worker_id, sector, sector || '_one' as provider, date '2025-12-01' as
        referral_date, date '2026-01-10' as start_date, null::date as end_date
    from described
    """,
    """
    create table intermediate.int_contacts_unioned as
    select person_id, sector, sector || '_one' as provider, true as is_attended,
        date '2024-05-05' as contact_date
    from described
    """,
    """
    create table intermediate.int_needs_recorded as
    select person_id, sector, sector || '_one' as provider,
        case sector when 'drugs' then 'substance_use' else sector end as need_type,
        date '2026-01-10' as recorded_date
    from described
    """,
)
_MARTS = (
    """
    create table people as
    select distinct person_id, case when i = 0 then '65+' else '35-44' end as age_band,
        sex_type, 'white' as ethnicity_type, 'QX1' as area_code
    from described
    """,
    """
    create table person_episodes as
    select episode_id, person_id, worker_id, sector, provider,
        referral_date, start_date, end_date, 40 as wait_days
    from intermediate.int_episodes_unioned
    """,
    """
    create table person_timeline as
    select 'start-' || episode_id as event_id, person_id, sector, provider,
        'start' as event_type, start_date as event_date
    from intermediate.int_episodes_unioned
    """,
    """
    create table coverage as
    select unnest(['homelessness_one', 'drugs_one', 'offending_one',
        'mental_health_one']) as provider, date '2026-06-01' as month_date,
        'received' as status_type, 1::double as link_rate, 43::bigint as
        rows_received_count, 4::bigint as rows_quarantined_count
    """,
    """
    create table hidden_population as
    select unnest(['last_year', 'year_before']) as period_type, 'all' as area_code,
        'not_available' as status_type, 'Too few people are known' as status_reason,
        null::bigint as people_hidden_count
    """,
)
