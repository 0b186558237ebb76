with spans as (
    select * from {{ ref('int_episodes_spanned') }}
),

-- what is open changes on a start, and on the day after the last day open
changes as (
    select
        person_id,
        start_date as change_date
    from spans
    union
    select
        person_id,
        {{ days_after('last_open_date', 1) }} as change_date
    from spans
),

stretches as (
    select
        person_id,
        change_date as first_date,
        lead(change_date) over (
            partition by person_id
            order by change_date
        ) as next_date
    from changes
),

counted as (
    select
        stretches.person_id,
        stretches.first_date,
        {{ days_after('stretches.next_date', -1) }} as last_date,
        count(*) as open_episodes_count,
        count(distinct spans.provider) as open_providers_count,
        count(distinct spans.sector) as open_sectors_count,
        count(distinct spans.worker_id) as lead_workers_count,
        count(*) - count(spans.worker_id) as unled_episodes_count
    from stretches
    -- drops stretches between episodes: nothing is open
    inner join spans
        on
            stretches.person_id = spans.person_id
            and stretches.first_date
            between spans.start_date and spans.last_open_date
    group by stretches.person_id, stretches.first_date, stretches.next_date
)

select * from counted
