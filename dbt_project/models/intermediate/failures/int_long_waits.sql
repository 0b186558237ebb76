with episodes as (
    select * from {{ ref('int_episodes_unioned') }}
),

windows as (
    select * from {{ ref('failure_windows') }}
    where window_type = 'long_wait'
),

-- help, a refusal or withdrawal, or the end is the end of waiting
waiting as (
    select
        episodes.episode_id,
        episodes.person_id,
        episodes.sector,
        episodes.provider,
        episodes.service_type,
        {{ days_after('episodes.referral_date', 'windows.window_days + 1') }}
            as long_from_date,
        least(
            coalesce(
                episodes.start_date,
                case
                    when episodes.decision_type in ('rejected', 'withdrawn')
                        then episodes.decision_date
                end,
                episodes.end_date,
                {{ as_of() }}
            ),
            {{ as_of() }}
        ) as wait_until_date
    from episodes
    cross join windows
    -- drops stays, which nobody waits for, and orders of a court
    where
        episodes.referral_date is not null
        and coalesce(episodes.source_type, 'not_known') <> 'court'
),

long_waits as (
    select *
    from waiting
    -- drops waits that were over by the last day allowed
    where wait_until_date >= long_from_date
)

select * from long_waits
