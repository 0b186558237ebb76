{{ config(materialized='view') }}

{% set year_start %}
    cast({{ dbt.date_trunc('year', 'quarters.period_start_date') }} as date)
{% endset %}

with quarters as (
    select *
    from {{ ref('int_calendar') }}
    -- drops months and rolling years
    where period_type = 'quarter'
),

census_days as (
    select * from {{ ref('census_days') }}
),

dated as (
    select
        quarters.period_start_date,
        quarters.period_end_date,
        {{ days_after(
            months_after(year_start, 'census_days.census_month - 1'),
            'census_days.census_day - 1'
        ) }} as census_date
    from quarters
    cross join census_days
),

census_quarters as (
    select *
    from dated
    -- drops days of the same year that fall in another quarter
    where census_date between period_start_date and period_end_date
)

select * from census_quarters
