{{ config(materialized='view') }}

with referrals as (
    select * from {{ ref('stg_mental_health__referrals') }}
),

team_referrals as (
    select * from {{ ref('stg_mental_health__team_referrals') }}
),

-- MHSDS 5 tells refusals and closures team by team; one team that refuses is no
-- refusal while another has not, and the last reason given counts
by_team as (
    select
        referral_id,
        case
            when count(rejection_date) = count(*) then max(rejection_date)
        end as rejection_date,
        max_by(rejection_code, rejection_date)
        filter (where rejection_code is not null) as rejection_code,
        max_by(closure_code, closure_date)
        filter (where closure_code is not null) as closure_code
    from team_referrals
    group by referral_id
),

answered as (
    select
        referrals.referral_id,
        referrals.record_id,
        referrals.provider,
        referrals.received_date,
        referrals.discharge_date,
        referrals.source_code as recorded_source_type,
        coalesce(referrals.rejection_date, by_team.rejection_date) as rejection_date,
        case
            when referrals.rejection_date is not null then referrals.rejection_code
            when by_team.rejection_date is not null then by_team.rejection_code
        end as rejection_code,
        coalesce(
            referrals.closure_code,
            by_team.closure_code,
            'therapy_' || referrals.therapy_end_code
        ) as recorded_end_type
    from referrals
    left join by_team
        on
            referrals.referral_id = by_team.referral_id
            -- drops the teams beside a lead team: from MHSDS 6 on it answers for all
            and referrals.team_id is null
)

select * from answered
