{{ config(materialized='view') }}

with episodes as (
    select * from {{ ref('int_episodes_unioned') }}
),

assessments as (
    select * from {{ ref('int_assessments_unioned') }}
),

facts as (
    select * from {{ ref('int_facts_asked') }}
),

known_handovers as (
    select count(*) as rows_count
    from episodes
    -- drops episodes that say neither who referred nor how they ended
    where
        coalesce(source_type, 'not_known') <> 'not_known'
        or coalesce(end_type, 'not_known') <> 'not_known'
),

assessed as (
    select count(*) as rows_count from assessments
),

asked as (
    select count(distinct provider) as providers_count from facts
),

-- one provider alone cannot ask what another has asked
supplied as (
    select
        known_handovers.rows_count > 0 as has_handovers,
        assessed.rows_count > 0 as has_assessments,
        asked.providers_count > 1 as has_facts
    from known_handovers
    cross join assessed
    cross join asked
)

select * from supplied
