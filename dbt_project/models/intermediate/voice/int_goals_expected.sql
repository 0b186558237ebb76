{{ config(materialized='view') }}

{% set judges = ['person', 'service'] %}

with goals_judged as (
    select * from {{ ref('int_goals_judged') }}
),

{% for judge in judges %}
    by_{{ judge }} as (
        select
            period_type,
            provider,
            {{ judge }}_judgement_type as judgement_type,
            sum(goals_count) as goals_count
        from goals_judged
        -- drops goals that one of the two did not judge
        where
            person_judgement_type is not null
            and service_judgement_type is not null
        group by period_type, provider, {{ judge }}_judgement_type
    ),

{% endfor %}
-- how often the two would agree by their habits alone, times all goals
expected as (
    select
        by_person.period_type,
        by_person.provider,
        cast(sum(by_person.goals_count * by_service.goals_count) as double)
            as products
    from by_person
    inner join by_service
        on
            by_person.period_type = by_service.period_type
            and by_person.provider = by_service.provider
            and by_person.judgement_type = by_service.judgement_type
    group by by_person.period_type, by_person.provider
)

select * from expected
