{{ config(materialized='view') }}

with calendar as (
    select * from {{ ref('int_calendar') }}
),

kept as (
    select
        period_type,
        period_number,
        period_start_date,
        period_end_date
    from calendar
    -- drops months: referrals between two providers are too few in one
    where period_type <> 'month'
)

select * from kept
