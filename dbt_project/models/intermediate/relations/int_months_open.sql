with stretches as (
    select * from {{ ref('int_open_stretches') }}
),

calendar as (
    select * from {{ ref('int_calendar') }}
),

-- the heaviest day of the month, figure by figure
heaviest as (
    select
        stretches.person_id,
        calendar.period_start_date as month_date,
        max(stretches.open_episodes_count) as open_episodes_count,
        max(stretches.open_providers_count) as open_providers_count,
        max(stretches.open_sectors_count) as open_sectors_count,
        max(stretches.lead_workers_count) as lead_workers_count,
        max(stretches.lead_workers_count + stretches.unled_episodes_count)
            as lead_workers_most_count
    from stretches
    inner join calendar
        on
            stretches.first_date <= calendar.period_end_date
            and stretches.last_date >= calendar.period_start_date
    where calendar.period_type = 'month'
    group by stretches.person_id, calendar.period_start_date
)

select * from heaviest
