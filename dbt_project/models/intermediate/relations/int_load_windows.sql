{{ config(materialized='view') }}

with calendar as (
    select * from {{ ref('int_calendar') }}
),

rules as (
    select * from {{ ref('int_relation_rules') }}
),

windows as (
    select
        calendar.period_start_date as month_date,
        calendar.period_end_date,
        {{ days_after('calendar.period_end_date', '1 - rules.load_days') }}
            as window_start_date
    from calendar
    cross join rules
    -- drops quarters and rolling years
    where calendar.period_type = 'month'
)

select * from windows
