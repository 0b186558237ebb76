with sourced as (
    select * from {{ ref('int_referrals_sourced') }}
),

episodes as (
    select * from {{ ref('int_episodes_unioned') }}
),

complexity as (
    select * from {{ ref('int_people_complexity') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

-- a score of the same year would count the refusal itself, and the service that said
-- yes: a referral of the last year is banded by the year before it began
banded as (
    select
        sourced.episode_id,
        sourced.to_provider as provider,
        sourced.referral_date,
        sourced.decision_type,
        coalesce(episodes.decision_reason_type, 'not_known') as decision_reason_type,
        case
            when
                sourced.referral_date >= periods.period_start_date
                and complexity.complexity_quarter is not null
                then 'quarter_' || cast(complexity.complexity_quarter as string)
            else 'not_known'
        end as complexity_band
    from sourced
    inner join episodes on sourced.episode_id = episodes.episode_id
    inner join periods on periods.period_type = 'last_year'
    left join complexity
        on
            sourced.person_id = complexity.person_id
            and complexity.period_type = 'year_before'
)

select * from banded
