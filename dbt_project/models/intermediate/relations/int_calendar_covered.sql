{{ config(materialized='view') }}

with sector_coverage as (
    select * from {{ ref('int_sector_coverage') }}
),

-- what is counted over every sector at once would read as lighter, or steadier, if one
-- were silent: it is covered when each sector that is expected, or sends, is
covered as (
    select
        period_type,
        period_start_date,
        period_end_date,
        sum(providers_expected_count) as providers_expected_count,
        sum(providers_received_count) as providers_received_count,
        bool_and(is_covered) as is_covered
    from sector_coverage
    group by period_type, period_start_date, period_end_date
)

select * from covered
