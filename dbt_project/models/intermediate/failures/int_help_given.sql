{{ config(materialized='table') }}

with episodes as (
    select * from {{ ref('int_episodes_unioned') }}
),

service_roles as (
    select * from {{ ref('service_roles') }}
),

contacts as (
    select * from {{ ref('int_contacts_unioned') }}
),

assessments as (
    select * from {{ ref('int_assessments_unioned') }}
),

assessed as (
    select distinct
        person_id,
        provider,
        assessment_date
    from assessments
),

supported as (
    select
        contacts.person_id,
        contacts.provider,
        contacts.contact_date as help_date
    from contacts
    left join assessed
        on
            contacts.person_id = assessed.person_id
            and contacts.provider = assessed.provider
            and contacts.contact_date = assessed.assessment_date
    -- drops contacts the person did not come to, those for another purpose, and those
    -- that were the day's assessment: being asked is not yet being helped
    where
        contacts.is_attended
        and contacts.purpose_type = 'support'
        and assessed.person_id is null
),

begun as (
    select
        episodes.person_id,
        episodes.provider,
        episodes.start_date as help_date
    from episodes
    inner join service_roles on episodes.service_type = service_roles.service_type
    -- drops starts that deliver no help, such as a sentence, and planned starts
    where
        service_roles.is_help_at_start
        and episodes.start_date <= {{ as_of() }}
),

help_given as (
    select
        person_id,
        provider,
        help_date
    from supported
    union
    select
        person_id,
        provider,
        help_date
    from begun
)

select * from help_given
