{{ config(materialized='view') }}

with people as (
    select * from {{ ref('int_litmus_people') }}
),

steps as (
    select * from {{ ref('int_litmus_steps') }}
),

relationships as (
    select * from {{ ref('int_litmus_relationships') }}
),

crises as (
    select * from {{ ref('int_crises_identified') }}
),

cases as (
    select
        steps.outcome_type,
        people.period_type,
        people.grouping_type,
        people.is_excluded,
        steps.is_yes
    from people
    inner join steps
        on
            people.person_id = steps.person_id
            and steps.happened_date
            between people.period_start_date and people.period_end_date
    where steps.is_yes is not null
    union all
    select
        'same_worker_kept' as outcome_type,
        people.period_type,
        people.grouping_type,
        people.is_excluded,
        relationships.is_yes
    from people
    inner join relationships
        on
            people.person_id = relationships.person_id
            and people.period_type = relationships.period_type
    union all
    select
        'any_crisis' as outcome_type,
        people.period_type,
        people.grouping_type,
        people.is_excluded,
        count(crises.crisis_id) > 0 as is_yes
    from people
    left join crises
        on
            people.person_id = crises.person_id
            and crises.crisis_date
            between people.period_start_date and people.period_end_date
    group by
        people.person_id,
        people.period_type,
        people.grouping_type,
        people.is_excluded
)

select * from cases
