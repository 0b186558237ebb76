{{ config(materialized='view') }}

with quarters as (
    select * from {{ ref('int_gap_quarters') }}
),

rules as (
    select * from {{ ref('int_system_rules') }}
),

-- the oldest year in view stands for the gap that services were there to close: no
-- record says why a service was founded
founding as (
    select
        quarters.area_code,
        quarters.need_type,
        max(quarters.period_end_date) as founding_end_date,
        sum(quarters.unmet_count) as founding_unmet_count,
        sum(quarters.start_count) as founding_start_count
    from quarters
    cross join rules
    where
        quarters.quarter_number <= rules.founding_quarters
        and quarters.is_covered
    group by quarters.area_code, quarters.need_type, rules.founding_quarters
    -- drops areas and needs whose first year is not whole
    having count(*) = rules.founding_quarters
)

select * from founding
