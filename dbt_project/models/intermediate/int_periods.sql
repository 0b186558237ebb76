{{ config(materialized='view') }}

with ends as (
    select 'last_year' as period_type, {{ as_of() }} as period_end_date
    union all
    select
        'year_before' as period_type,
        {{ years_before(as_of(), 1) }} as period_end_date
),

periods as (
    select
        cast(period_type as string) as period_type,
        {{ days_after(years_before('period_end_date', 1), 1) }} as period_start_date,
        period_end_date
    from ends
)

select * from periods
