{# The newest whole period, and the ones before it, back as far as the seed says. #}
with recursive lengths as (
    select * from {{ ref('calendar_lengths') }}
),

rolling_years as (
    select * from {{ ref('rolling_years') }}
),

-- the first day after the newest month, or quarter, that has ended by the day in view
newest as (
    select
        period_type,
        months_long,
        periods_kept,
        case
            when period_type = 'quarter'
                then
                    cast(
                        {{ dbt.date_trunc('quarter', days_after(as_of(), 1)) }}
                        as date
                    )
            else {{ month_of(days_after(as_of(), 1)) }}
        end as after_date
    from lengths
),

numbered as (
    select
        period_type,
        months_long,
        periods_kept,
        0 as period_number,
        after_date
    from newest
    union all
    select
        period_type,
        months_long,
        periods_kept,
        period_number + 1 as period_number,
        {{ months_after('after_date', '-months_long') }} as after_date
    from numbered
    where period_number + 1 < periods_kept
),

unioned as (
    select
        period_type,
        period_number,
        {{ months_after('after_date', '-months_long') }} as period_start_date,
        {{ days_after('after_date', -1) }} as period_end_date
    from numbered
    union all
    select
        period_type,
        years_ago as period_number,
        {{ days_after(months_after(as_of(), '-12 * (years_ago + 1)'), 1) }}
            as period_start_date,
        {{ months_after(as_of(), '-12 * years_ago') }} as period_end_date
    from rolling_years
),

calendar as (
    select
        cast(period_type as string) as period_type,
        cast(period_number as integer) as period_number,
        cast(period_start_date as date) as period_start_date,
        cast(period_end_date as date) as period_end_date
    from unioned
)

select * from calendar
