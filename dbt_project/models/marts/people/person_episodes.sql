with episodes as (
    select * from {{ ref('int_episodes_unioned') }}
),

person_episodes as (
    select
        cast(episode_id as string) as episode_id,
        cast(person_id as string) as person_id,
        cast(worker_id as string) as worker_id,
        cast(sector as string) as sector,
        cast(provider as string) as provider,
        cast(service_type as string) as service_type,
        cast(decision_type as string) as decision_type,
        cast(decision_reason_type as string) as decision_reason_type,
        cast(end_type as string) as end_type,
        cast(
            {{ dbt.datediff('referral_date', 'start_date', 'day') }}
            as integer
        ) as wait_days,
        cast(
            coalesce(
                start_date <= {{ as_of() }}
                and (end_date is null or end_date > {{ as_of() }}),
                false
            ) as boolean
        ) as is_open,
        cast(referral_date as date) as referral_date,
        cast(decision_date as date) as decision_date,
        cast(start_date as date) as start_date,
        cast(end_date as date) as end_date
    from episodes
)

select * from person_episodes
