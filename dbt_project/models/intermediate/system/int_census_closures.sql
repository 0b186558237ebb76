{{ config(materialized='view') }}

with episodes as (
    select * from {{ ref('int_episodes_unioned') }}
),

days as (
    select * from {{ ref('int_census_quarters') }}
),

screens as (
    select *
    from {{ ref('integrity_screens') }}
    where screen_type = 'closed_before_census'
),

closures as (
    select
        screens.screen_type,
        episodes.provider,
        days.period_start_date,
        episodes.end_date <= days.census_date as is_case
    from episodes
    cross join screens
    inner join days
        on
            episodes.end_date
            > {{ days_after('days.census_date', '-screens.window_days') }}
            and episodes.end_date
            <= {{ days_after('days.census_date', 'screens.window_days') }}
    -- drops deaths: nobody chooses their day
    where episodes.end_type <> 'died'
)

select * from closures
