with episodes as (
    select * from {{ ref('int_episodes_unioned') }}
),

contacts as (
    select * from {{ ref('int_contacts_unioned') }}
),

windows as (
    select * from {{ ref('failure_windows') }}
    where window_type = 'worker_gap'
),

workers as (
    select
        person_id,
        sector,
        provider,
        worker_id,
        min(contact_date) as first_date,
        max(contact_date) as last_date
    from contacts
    -- drops contacts the person did not come to, and those without a named worker
    where is_attended and worker_id is not null
    group by person_id, sector, provider, worker_id
),

-- a worker who fills in while another still comes back is no hand-over
followed as (
    select
        *,
        max(last_date) over (
            partition by person_id, provider
            order by first_date, worker_id
            rows between unbounded preceding and 1 preceding
        ) as earlier_date
    from workers
),

changes as (
    select
        followed.person_id,
        followed.sector,
        followed.provider,
        {{ dbt.hash("followed.provider || followed.worker_id || followed.person_id") }}
            as source_id,
        followed.first_date as hand_over_date
    from followed
    cross join windows
    -- drops first workers, those who overlap, and new beginnings after a long silence
    where
        followed.first_date > followed.earlier_date
        and followed.first_date
        <= {{ days_after('followed.earlier_date', 'windows.window_days') }}
),

hand_overs as (
    select
        person_id,
        sector,
        provider,
        episode_id as source_id,
        end_date as hand_over_date
    from episodes
    where end_type = 'referred_on' and end_date <= {{ as_of() }}
    union all
    select
        person_id,
        sector,
        provider,
        source_id,
        hand_over_date
    from changes
)

select * from hand_overs
