{{ config(materialized='view') }}

{#
    Cohen's kappa (Cohen 1960): how far two judges agree beyond what their habits alone
    would give. (observed - expected) / (1 - expected), where expected is the sum over
    judgements of the product of how often each of the two gives it. Without a goal
    that both judged, or where both give but one and the same answer, there is none.
#}
{% set judges = ['person', 'service'] %}

with goals_judged as (
    select * from {{ ref('int_goals_judged') }}
),

expected as (
    select * from {{ ref('int_goals_expected') }}
),

counted as (
    select
        period_type,
        provider,
        sum(goals_count) as goals_reviewed_count,
        {% for judge in judges %}
            coalesce(sum(goals_count) filter (
                where {{ judge }}_judgement_type is not null
            ), 0) as goals_judged_by_{{ judge }}_count,
            coalesce(sum(goals_count) filter (
                where {{ judge }}_judgement_type = 'met'
            ), 0) as goals_met_by_{{ judge }}_count,
        {% endfor %}
        -- two judgements are the same or not the same, unless one of them is missing
        coalesce(sum(goals_count) filter (
            where (person_judgement_type = service_judgement_type) is not null
        ), 0) as goals_judged_by_both_count,
        coalesce(sum(goals_count) filter (
            where person_judgement_type = service_judgement_type
        ), 0) as goals_agreed_count
    from goals_judged
    group by period_type, provider
),

agreed as (
    select
        counted.*,
        -- both sides times the square of the goals, so that whole numbers are compared
        round(
            (
                cast(counted.goals_agreed_count as double)
                * counted.goals_judged_by_both_count
                - coalesce(expected.products, 0)
            ) / nullif(
                cast(counted.goals_judged_by_both_count as double)
                * counted.goals_judged_by_both_count
                - coalesce(expected.products, 0),
                0
            ),
            6
        ) as goals_kappa
    from counted
    left join expected
        on
            counted.period_type = expected.period_type
            and counted.provider = expected.provider
)

select * from agreed
