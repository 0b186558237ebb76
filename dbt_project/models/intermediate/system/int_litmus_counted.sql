with cases as (
    select * from {{ ref('int_litmus_cases') }}
),

records as (
    select * from {{ ref('int_litmus_records') }}
),

unioned as (
    select * from cases
    union all
    select * from records
),

counted as (
    select
        outcome_type,
        period_type,
        grouping_type,
        count(case when is_excluded and is_yes then 1 end) as excluded_count,
        count(case when is_excluded then 1 end) as excluded_of_count,
        count(case when not is_excluded and is_yes then 1 end) as others_count,
        count(case when not is_excluded then 1 end) as others_of_count
    from unioned
    group by outcome_type, period_type, grouping_type
)

select * from counted
