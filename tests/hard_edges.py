"""The people of Hard Edges 2015 (Bramley and others), table 5, as made rows.

One row for each of nine million people goes through the models' own SQL, as dbt
compiled it, so that the figures of the mart can be added up and set beside the print.
"""

from __future__ import annotations

import duckdb

from flows.duck import quote_text
from flows.paths import PROJECT, Place

CELLS = {
    (0, 0, 0): 23_534_436,
    (1, 0, 0): 4_205_339,
    (0, 1, 0): 1_566_383,
    (0, 0, 1): 960_317,
    (1, 1, 0): 1_134_555,
    (1, 0, 1): 398_261,
    (0, 1, 1): 295_501,
    (1, 1, 1): 451_592,
}
"""People with mental ill-health, homelessness, offending (or not), as printed."""

MARGINS = {
    "has_mental_health": 6_189_746,
    "has_homelessness": 3_448_031,
    "has_offending": 2_105_670,
    "needs_count >= 2": 2_279_908,
    "true": 32_546_383 - CELLS[0, 0, 0],
}
"""Printed margins by the condition on the mart; true is everyone with any need."""

_CHAIN = (
    ("intermediate.int_overlaps_by_area", "intermediate/int_overlaps_by_area"),
    ("intermediate.int_overlaps_counted", "intermediate/int_overlaps_counted"),
    ("need_overlaps", "marts/people/need_overlaps"),
)
_GIVEN = """
    attach ':memory:' as warehouse;
    use warehouse;
    create schema intermediate;
    create schema seeds;
    create table intermediate.int_periods as
    select 'last_year' as period_type, date '2025-04-01' as period_start_date,
        date '2026-03-31' as period_end_date;
    create table intermediate.int_period_coverage as
    select *, 4 as providers_expected_count, 4 as providers_received_count,
        true as is_homelessness_covered, true as is_drugs_covered,
        true as is_offending_covered, true as is_mental_health_covered
    from intermediate.int_periods;
    create table intermediate.int_person_lenses (
        link_strength_type varchar, period_type varchar, lens_type varchar, area_code varchar,
        has_mental_health boolean, has_homelessness boolean, has_offending boolean,
        has_substance_use boolean
    );
"""


def build_overlaps(place: Place) -> duckdb.DuckDBPyConnection:
    """Run the mart over one row for each person with a need; all sectors reported.

    Args:
        place: where dbt has run, so that the models' compiled SQL lies in its logs.

    Returns:
        A connection whose ``need_overlaps`` is the mart.
    """
    compiled = place.logs / "dbt/target/compiled/commonground/models"
    seed = PROJECT / "dbt_project/seeds/need_combinations.csv"
    connection = duckdb.connect()
    connection.execute(_GIVEN)
    connection.execute(
        "create table seeds.need_combinations as "
        f"from read_csv({quote_text(str(seed))})"
    )
    for has, people in CELLS.items():
        if any(has):
            connection.execute(
                "insert into intermediate.int_person_lenses select 'central', "
                "'last_year', 'recorded', 'QX1', ?, ?, ?, false from range(?)",
                [*map(bool, has), people],
            )
    for table, model in _CHAIN:
        query = (compiled / f"{model}.sql").read_text()
        connection.execute(f"create table {table} as {query}")
    return connection
