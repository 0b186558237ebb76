{{ config(materialized='view') }}

with episodes as (
    select * from {{ ref('stg_drugs__episodes') }}
),

interventions as (
    select * from {{ ref('stg_drugs__interventions') }}
),

matched as (
    select * from {{ ref('int_drugs__referrals_matched') }}
),

-- treatment starts with the first modality, as NDTMS counts waiting times
first_interventions as (
    select
        episode_id,
        min(start_date) as start_date
    from interventions
    group by episode_id
),

-- the return has no worker; the provider's own export knows the recovery coach
coaches as (
    select
        episode_id,
        min(worker_id) as worker_id
    from matched
    group by episode_id
),

treatment as (
    select
        episodes.episode_id,
        episodes.record_id,
        episodes.provider,
        coaches.worker_id,
        'structured_treatment' as service_type,
        episodes.discharge_type,
        episodes.referral_source_type,
        episodes.referral_date,
        episodes.triage_date,
        first_interventions.start_date,
        episodes.discharge_date as end_date
    from episodes
    left join first_interventions
        on episodes.episode_id = first_interventions.episode_id
    left join coaches on episodes.episode_id = coaches.episode_id
)

select * from treatment
