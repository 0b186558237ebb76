{{ config(materialized='view') }}

with thirds as (
    select * from {{ ref('int_continuity_thirds') }}
),

happenings as (
    select
        person_id,
        crisis_date as happened_date,
        'crisis' as happened_type
    from {{ ref('int_crises_identified') }}
    union all
    select
        person_id,
        end_date as happened_date,
        end_type as happened_type
    from {{ ref('int_episodes_unioned') }}
    where end_type is not null
),

periods as (
    select * from {{ ref('int_periods') }}
),

-- what the last year held for those whose continuity the year before is known
after as (
    select
        thirds.person_id,
        thirds.complexity_band,
        thirds.continuity_third,
        thirds.bice_boxerman_index,
        thirds.longest_relationship_days,
        count(happenings.person_id) filter (where happenings.happened_type = 'crisis')
            as crises_count,
        count(happenings.person_id) filter (where happenings.happened_type <> 'crisis')
            as endings_count,
        count(happenings.person_id) filter (where happenings.happened_type = 'planned')
            as planned_count,
        count(happenings.person_id)
        filter (where happenings.happened_type = 'unplanned')
            as unplanned_count
    from thirds
    inner join periods on periods.period_type = 'last_year'
    left join happenings
        on
            thirds.person_id = happenings.person_id
            and happenings.happened_date
            between periods.period_start_date and periods.period_end_date
    group by
        thirds.person_id,
        thirds.complexity_band,
        thirds.continuity_third,
        thirds.bice_boxerman_index,
        thirds.longest_relationship_days
)

select * from after
