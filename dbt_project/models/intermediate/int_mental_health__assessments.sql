{{ config(materialized='view') }}

with referrals as (
    select * from {{ ref('stg_mental_health__referrals') }}
),

referral_scores as (
    select * from {{ ref('stg_mental_health__referral_scores') }}
),

activity_scores as (
    select * from {{ ref('stg_mental_health__activity_scores') }}
),

care_activities as (
    select * from {{ ref('stg_mental_health__care_activities') }}
),

contacts as (
    select * from {{ ref('int_mental_health__contacts') }}
),

-- a tool that the person fills in is the one thing that shows they were asked
scored as (
    select
        referral_id,
        recorded_date as scored_date
    from referral_scores
    union all
    select
        contacts.referral_id,
        contacts.contact_date as scored_date
    from activity_scores
    inner join care_activities
        on activity_scores.activity_id = care_activities.activity_id
    inner join contacts on care_activities.contact_id = contacts.contact_id
),

first_scores as (
    select
        referral_id,
        min(scored_date) as assessment_date
    from scored
    group by referral_id
),

-- the first of a referral; later ones follow the same plan
assessments as (
    select
        referrals.referral_id as assessment_id,
        referrals.record_id,
        referrals.provider,
        first_scores.assessment_date
    from first_scores
    inner join referrals on first_scores.referral_id = referrals.referral_id
)

select * from assessments
