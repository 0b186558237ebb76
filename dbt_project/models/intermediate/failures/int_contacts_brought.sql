{{ config(materialized='view') }}

with contacts as (
    select * from {{ ref('int_contacts_unioned') }}
),

assessments as (
    select * from {{ ref('int_assessments_asking') }}
),

crises as (
    select * from {{ ref('int_crises_identified') }}
),

-- what is counted already: the day's assessment, and the night that is a crisis
counted as (
    select
        person_id,
        provider,
        assessment_date as counted_date
    from assessments
    union
    select
        person_id,
        provider,
        crisis_date as counted_date
    from crises
    where crisis_type = 'first_night_rough_sleeping'
),

brought as (
    select
        contacts.contact_id,
        contacts.record_id,
        contacts.person_id,
        contacts.sector,
        contacts.provider,
        contacts.contact_type,
        contacts.contact_date,
        contacts.purpose_type = 'chasing' as is_chasing
    from contacts
    left join counted
        on
            contacts.person_id = counted.person_id
            and contacts.provider = counted.provider
            and contacts.contact_date = counted.counted_date
    -- drops contacts the person did not come to, and those counted already; a question
    -- what is happening counts however it was put
    where
        contacts.purpose_type = 'chasing'
        or (contacts.is_attended and counted.person_id is null)
)

select * from brought
