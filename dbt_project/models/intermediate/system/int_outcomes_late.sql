{{ config(materialized='view') }}

with outcomes as (
    select * from {{ ref('int_outcomes_reported') }}
),

endings_landed as (
    select * from {{ ref('stg_commonground__endings_landed') }}
),

exports as (
    select * from {{ ref('int_newest_exports') }}
),

quarters as (
    select *
    from {{ ref('int_calendar') }}
    -- drops months and rolling years
    where period_type = 'quarter'
),

screens as (
    select *
    from {{ ref('integrity_screens') }}
    where screen_type = 'recorded_late'
),

lags as (
    select
        outcomes.provider,
        endings_landed.first_export_date,
        {{ dbt.datediff(
            'outcomes.end_date', 'endings_landed.first_export_date', 'day'
        ) }} as lag_days
    from outcomes
    inner join endings_landed
        on
            outcomes.provider = endings_landed.provider
            and outcomes.record_id = endings_landed.record_id
            and outcomes.end_date = endings_landed.ended_date
    inner join exports on outcomes.provider = exports.provider
    -- drops endings older than the provider's first export: that one carried its whole
    -- past, and says nothing of when it was recorded
    where outcomes.end_date > exports.first_export_date
),

-- by the quarter the export came in: what is late and still to come cannot be counted
-- in the quarter it happened
late as (
    select
        screens.screen_type,
        lags.provider,
        quarters.period_start_date,
        lags.lag_days,
        lags.lag_days > screens.window_days as is_case
    from lags
    cross join screens
    inner join quarters
        on
            lags.first_export_date
            between quarters.period_start_date and quarters.period_end_date
)

select * from late
