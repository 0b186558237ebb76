with happenings as (
    select * from {{ ref('int_people_happenings') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

active as (
    select
        happenings.person_id,
        count(
            case
                when
                    happenings.happening = 'crisis'
                    and happenings.happened_date >= periods.period_start_date
                    then 1
            end
        ) as crisis_count_last_year,
        min(happenings.happened_date) as first_seen_date,
        max(happenings.happened_date) as last_seen_date
    from happenings
    cross join periods
    -- drops the year before, and days after the one in view, such as planned endings
    where
        periods.period_type = 'last_year'
        and happenings.happened_date <= periods.period_end_date
    group by happenings.person_id
)

select * from active
