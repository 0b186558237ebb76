{{ config(materialized='view') }}

with sector_coverage as (
    select * from {{ ref('int_sector_coverage') }}
),

period_coverage as (
    select * from {{ ref('int_period_coverage') }}
),

-- the whole place is covered only if every sector is
covered as (
    select
        period_type,
        sector,
        is_covered,
        providers_expected_count,
        providers_received_count
    from sector_coverage
    -- drops whole months and quarters: the rolling years are one period each
    where period_type in ('last_year', 'year_before')
    union all
    select
        period_type,
        'all' as sector,
        is_homelessness_covered
        and is_drugs_covered
        and is_offending_covered
        and is_mental_health_covered as is_covered,
        providers_expected_count,
        providers_received_count
    from period_coverage
    where period_type in ('last_year', 'year_before')
)

select * from covered
