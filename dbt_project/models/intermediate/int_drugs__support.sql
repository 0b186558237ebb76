{{ config(materialized='view') }}

with referrals as (
    select * from {{ ref('stg_drugs__referrals') }}
),

matched as (
    select * from {{ ref('int_drugs__referrals_matched') }}
),

support as (
    select
        {{ dbt.hash("referrals.record_id || cast(referrals.referral_date as string)") }}
            as episode_id,
        referrals.record_id,
        referrals.provider,
        referrals.worker_id,
        'drug_and_alcohol_support' as service_type,
        referrals.exit_type as discharge_type,
        referrals.referral_source_type,
        referrals.referral_date,
        referrals.triage_date,
        referrals.allocation_date as start_date,
        referrals.exit_date as end_date
    from referrals
    left join matched
        on
            referrals.record_id = matched.record_id
            and referrals.referral_date = matched.referral_date
    -- drops referrals that the NDTMS return tells of already
    where matched.record_id is null
)

select * from support
