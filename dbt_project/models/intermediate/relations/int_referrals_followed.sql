with sourced as (
    select * from {{ ref('int_referrals_sourced') }}
),

rules as (
    select * from {{ ref('int_relation_rules') }}
),

-- A refers to B and B back to A: the ball came back
bounced as (
    select distinct sourced.episode_id
    from sourced
    cross join rules
    inner join sourced as back
        on
            sourced.person_id = back.person_id
            and sourced.to_provider = back.from_provider
            and sourced.from_provider = back.to_provider
            and sourced.referral_date <= back.referral_date
            and back.referral_date
            <= {{ days_after('sourced.referral_date', 'rules.follow_up_days') }}
    where
        sourced.from_provider <> sourced.to_provider
        and sourced.episode_id <> back.episode_id
),

followed as (
    select
        sourced.episode_id,
        sourced.referral_date,
        sourced.from_provider,
        sourced.from_sector,
        sourced.to_provider,
        sourced.decision_type,
        bounced.episode_id is not null as is_bounced,
        sourced.from_provider not in ('outside', 'not_known', sourced.to_provider)
            as is_sender_known,
        {{ days_after('sourced.referral_date', 'rules.follow_up_days') }}
        <= {{ as_of() }} as is_followed,
        coalesce(
            sourced.start_date
            <= {{ days_after('sourced.referral_date', 'rules.follow_up_days') }},
            false
        ) as has_reached_help,
        -- drops waits whose start a provider dated before the referral
        case
            when
                sourced.start_date >= sourced.referral_date
                and sourced.start_date <= {{ as_of() }}
                then
                    {{ dbt.datediff(
                        'sourced.referral_date', 'sourced.start_date', 'day'
                    ) }}
        end as wait_days
    from sourced
    cross join rules
    left join bounced on sourced.episode_id = bounced.episode_id
)

select * from followed
