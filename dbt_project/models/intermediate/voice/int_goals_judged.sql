{{ config(materialized='view') }}

with periods as (
    select * from {{ ref('int_periods') }}
),

goals as (
    select * from {{ ref('stg_partnership__goals') }}
),

goals_judged as (
    select
        periods.period_type,
        goals.provider,
        goals.person_judgement_type,
        goals.service_judgement_type,
        count(*) as goals_count
    from goals
    inner join periods
        on
            goals.reviewed_date
            between periods.period_start_date and periods.period_end_date
    group by
        periods.period_type,
        goals.provider,
        goals.person_judgement_type,
        goals.service_judgement_type
)

select * from goals_judged
