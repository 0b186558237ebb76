with episodes as (
    select * from {{ ref('int_episodes_unioned') }}
),

rules as (
    select * from {{ ref('int_relation_rules') }}
),

-- a referral that another service made, or a service of one's own: someone was passed
referrals as (
    select
        person_id,
        referral_date as handover_date
    from episodes
    where source_sector is not null and referral_date is not null
),

endings as (
    select
        episodes.person_id,
        episodes.end_date as handover_date,
        {{ days_after('episodes.end_date', 'rules.handover_days') }} as until_date
    from episodes
    cross join rules
    where episodes.end_type = 'referred_on'
),

-- drops endings that a referral follows soon: the two are one hand-over
unfollowed as (
    select
        endings.person_id,
        endings.handover_date
    from endings
    left join referrals
        on
            endings.person_id = referrals.person_id
            and referrals.handover_date
            between endings.handover_date and endings.until_date
    where referrals.person_id is null
),

-- being passed twice on one day is being passed once
handovers as (
    select
        person_id,
        handover_date
    from referrals
    union
    select
        person_id,
        handover_date
    from unfollowed
)

select * from handovers
