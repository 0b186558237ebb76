{{ config(materialized='view') }}

with periods as (
    select * from {{ ref('int_periods') }}
),

complexity as (
    select * from {{ ref('int_people_complexity') }}
),

groupings as (
    select *
    from {{ ref('litmus_groupings') }}
    -- drops linkage, whose groups are of records
    where family_type = 'help'
),

people as (
    select
        groupings.grouping_type,
        complexity.person_id,
        periods.period_type,
        periods.period_start_date,
        periods.period_end_date,
        complexity.complexity_decile = 10 as is_excluded
    from groupings
    inner join periods on groupings.period_type = periods.period_type
    inner join complexity on groupings.scored_period_type = complexity.period_type
)

select * from people
