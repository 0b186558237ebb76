{{ config(materialized='view') }}

with outcomes as (
    select * from {{ ref('int_outcomes_reported') }}
),

screens as (
    select * from {{ ref('integrity_screens') }}
),

dated as (
    select
        screens.screen_type,
        outcomes.provider,
        outcomes.period_start_date,
        case
            when screens.screen_type = 'not_known_surge'
                then outcomes.end_type = 'not_known'
            else
                outcomes.end_date
                > {{ days_after('outcomes.period_end_date', '-screens.window_days') }}
        end as is_case
    from outcomes
    cross join screens
    -- drops screens that need more than the ending itself
    where
        screens.screen_type in ('not_known_surge', 'bunched_before_quarter_end')
)

select * from dated
