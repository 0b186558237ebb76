{{ config(materialized='view') }}

with rules as (
    select * from {{ ref('failure_demand_rules') }}
),

origins as (
    select distinct rule
    from {{ ref('int_failure_origins') }}
),

-- the step a rule begins with was recorded at least once, by anybody: else nobody can
-- know whether none happened or none was written down
supplied as (
    select
        rules.rule,
        origins.rule is not null as is_supplied
    from rules
    left join origins on rules.rule = origins.rule
)

select * from supplied
