{{ config(materialized='view') }}

with periods as (
    select * from {{ ref('int_periods') }}
),

feedback as (
    select * from {{ ref('stg_partnership__feedback') }}
),

-- what feedback says counts only where the person agreed that it be used
feedback_counted as (
    select
        periods.period_type,
        feedback.provider,
        count(*) as feedback_count,
        count(*) filter (where feedback.has_agreed_to_use) as feedback_agreed_count,
        count(feedback.score) filter (where feedback.has_agreed_to_use)
            as feedback_scored_count,
        avg(feedback.score) filter (where feedback.has_agreed_to_use)
            as feedback_score_mean
    from feedback
    inner join periods
        on
            feedback.feedback_date
            between periods.period_start_date and periods.period_end_date
    group by periods.period_type, feedback.provider
)

select * from feedback_counted
