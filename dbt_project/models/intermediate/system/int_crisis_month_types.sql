{{ config(materialized='view') }}

with availability as (
    select * from {{ ref('int_crisis_availability') }}
),

-- all crises together have a figure only in months in which every kind has one; the
-- last reason in the alphabet is the gravest
all_types as (
    select
        'all' as crisis_type,
        period_start_date,
        period_end_date,
        max(reason_type) as reason_type
    from availability
    group by period_start_date, period_end_date
),

unioned as (
    select
        crisis_type,
        period_start_date,
        period_end_date,
        reason_type
    from availability
    union all
    select
        crisis_type,
        period_start_date,
        period_end_date,
        reason_type
    from all_types
)

select * from unioned
