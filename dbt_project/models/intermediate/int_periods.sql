{{ config(materialized='view') }}

with calendar as (
    select * from {{ ref('int_calendar') }}
),

periods as (
    select
        period_type,
        period_start_date,
        period_end_date
    from calendar
    -- drops months and quarters
    where period_type in ('last_year', 'year_before')
)

select * from periods
