{{ config(materialized='view') }}

with referrals as (
    select * from {{ ref('int_mental_health__referrals') }}
),

spells as (
    select * from {{ ref('stg_mental_health__hospital_spells') }}
),

contacts as (
    select * from {{ ref('int_mental_health__contacts') }}
),

-- the first day the service saw the person, on a ward or off it
helped as (
    select
        referral_id,
        contact_date as helped_date
    from contacts
    -- drops appointments nobody came to: waiting is not over yet
    where is_attended
    union all
    select
        referral_id,
        start_date as helped_date
    from spells
),

first_help as (
    select
        referral_id,
        min(helped_date) as start_date
    from helped
    group by referral_id
),

community as (
    select
        referrals.referral_id as episode_id,
        referrals.record_id,
        referrals.provider,
        cast(null as string) as worker_id,
        'mental_health_community' as service_type,
        referrals.recorded_end_type,
        referrals.recorded_source_type,
        referrals.received_date as referral_date,
        first_help.start_date,
        referrals.discharge_date as end_date,
        coalesce(
            first_help.start_date, referrals.rejection_date, referrals.discharge_date
        ) as decision_date,
        case
            when first_help.start_date is not null then 'started'
            when
                referrals.rejection_date is not null
                and referrals.rejection_code in ('01', '02', '03')
                then 'rejected_' || referrals.rejection_code
            when referrals.rejection_date is not null then 'rejected'
            when referrals.recorded_end_type in ('therapy_10', 'therapy_11')
                then 'therapy_unsuitable'
            when referrals.discharge_date is not null then 'closed_unseen'
            else 'none'
        end as recorded_decision_type
    from referrals
    left join first_help on referrals.referral_id = first_help.referral_id
)

select * from community
