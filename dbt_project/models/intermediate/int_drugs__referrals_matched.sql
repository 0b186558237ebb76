with episodes as (
    select * from {{ ref('stg_drugs__episodes') }}
),

referrals as (
    select * from {{ ref('stg_drugs__referrals') }}
),

-- the same provider sends both: within 7 days of each other they are one referral
matched as (
    select
        episodes.episode_id,
        referrals.record_id,
        referrals.worker_id,
        referrals.referral_date
    from referrals
    inner join episodes
        on
            referrals.record_id = episodes.record_id
            and {{ days_after('referrals.referral_date', -7) }}
            <= episodes.referral_date
            and {{ days_after('referrals.referral_date', 7) }} >= episodes.referral_date
)

select * from matched
