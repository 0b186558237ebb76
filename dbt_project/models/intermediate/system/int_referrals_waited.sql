with episodes as (
    select * from {{ ref('int_episodes_unioned') }}
),

rules as (
    select * from {{ ref('int_system_rules') }}
),

referrals as (
    select
        episodes.*,
        {{ days_after('episodes.referral_date', 'rules.wait_days') }} as waited_date,
        -- a no without a day of its own was said by the day the episode was closed
        case
            when episodes.decision_type = 'rejected'
                then
                    coalesce(
                        episodes.decision_date,
                        episodes.end_date,
                        episodes.referral_date
                    )
        end as rejected_date
    from episodes
    cross join rules
    -- drops stays, which have no referral, and duplicates: the person asks once
    where
        episodes.referral_date is not null
        and coalesce(episodes.decision_reason_type, 'none') <> 'duplicate_referral'
),

judged as (
    select
        *,
        start_date is not null and start_date <= waited_date as is_started_in_time,
        -- no longer waiting: refused, withdrawn, or closed before the wait was over
        coalesce(
            coalesce(rejected_date, end_date, decision_date) <= waited_date
            and (decision_type in ('rejected', 'withdrawn') or end_date <= waited_date)
            and (start_date is null or start_date > waited_date),
            false
        ) as is_closed_in_time
    from referrals
),

waited as (
    select
        episode_id,
        person_id,
        provider,
        sector,
        decision_type,
        decision_date,
        waited_date,
        rejected_date,
        start_date,
        is_started_in_time,
        is_closed_in_time,
        not is_started_in_time
        and not is_closed_in_time
        and waited_date < {{ as_of() }} as is_over_wait
    from judged
)

select * from waited
