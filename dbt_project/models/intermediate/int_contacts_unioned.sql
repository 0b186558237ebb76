with outreach_contacts as (
    select * from {{ ref('stg_homelessness__outreach_contacts') }}
),

services as (
    select * from {{ ref('stg_homelessness__services') }}
),

appointments as (
    select * from {{ ref('stg_drugs__appointments') }}
),

supervision_contacts as (
    select * from {{ ref('stg_offending__supervision_contacts') }}
),

care_contacts as (
    select * from {{ ref('int_mental_health__contacts') }}
),

person_links as (
    select * from {{ ref('stg_commonground__person_links') }}
),

unioned as (
    select
        'homelessness' as sector, contact_id, record_id, provider, worker_id,
        contact_type, contact_type <> 'not_found' as is_attended, contact_date
    from outreach_contacts
    union all
    select
        'homelessness' as sector, service_id, record_id, provider, null,
        case when record_type_code = '200' then 'bed_night' else 'service' end,
        true, service_date
    from services
    union all
    select
        'drugs' as sector, appointment_id, record_id, provider, worker_id,
        'appointment', attendance_type = 'attended', appointment_date
    from appointments
    union all
    select
        'offending' as sector, contact_id, record_id, provider, worker_id,
        'supervision', has_attended, contact_date
    from supervision_contacts
    union all
    select
        'mental_health' as sector, contact_id, record_id, provider, null,
        'care_contact', is_attended, contact_date
    from care_contacts
),

linked as (
    select
        cast(unioned.contact_id as string) as contact_id,
        cast(unioned.record_id as string) as record_id,
        cast(person_links.person_id as string) as person_id,
        cast(unioned.provider as string) as provider,
        cast(unioned.worker_id as string) as worker_id,
        cast(unioned.sector as string) as sector,
        cast(unioned.contact_type as string) as contact_type,
        cast(unioned.is_attended as boolean) as is_attended,
        cast(unioned.contact_date as date) as contact_date
    from unioned
    left join person_links on unioned.record_id = person_links.record_id
)

select * from linked
