with outcomes as (
    select * from {{ ref('int_outcomes_reported') }}
),

crises as (
    select * from {{ ref('int_crises_identified') }}
),

episodes as (
    select * from {{ ref('int_episodes_unioned') }}
),

screens as (
    select *
    from {{ ref('integrity_screens') }}
    where screen_type = 'contradicted_success'
),

-- a crisis in any sector, or a new referral in one other than the outcome's own
troubles as (
    select
        person_id,
        'none' as sector,
        crisis_date as happened_date
    from crises
    union all
    select
        person_id,
        sector,
        referral_date as happened_date
    from episodes
    -- drops stays, which have no referral of their own
    where referral_date is not null
),

contradicted as (
    select
        screens.screen_type,
        outcomes.episode_id,
        outcomes.provider,
        outcomes.period_start_date,
        count(troubles.person_id) > 0 as is_case
    from outcomes
    cross join screens
    left join troubles
        on
            outcomes.person_id = troubles.person_id
            and outcomes.sector <> troubles.sector
            and outcomes.end_date < troubles.happened_date
            and troubles.happened_date
            <= {{ days_after('outcomes.end_date', 'screens.window_days') }}
    -- drops endings that were no success, and stays
    where outcomes.is_success
    group by
        screens.screen_type,
        outcomes.episode_id,
        outcomes.provider,
        outcomes.period_start_date
)

select * from contradicted
