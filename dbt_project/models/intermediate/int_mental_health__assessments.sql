{{ config(materialized='view') }}

with contacts as (
    select * from {{ ref('int_mental_health__contacts') }}
),

-- the return has no date of assessment: the first contact the person came to is the one
-- at which a service asks who they are and what has happened
first_contacts as (
    select
        referral_id as assessment_id,
        record_id,
        provider,
        min(contact_date) as assessment_date
    from contacts
    -- drops appointments nobody came to
    where is_attended
    group by referral_id, record_id, provider
)

select * from first_contacts
