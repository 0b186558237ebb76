{{ config(materialized='view') }}

with outreach_contacts as (
    select * from {{ ref('stg_homelessness__outreach_contacts') }}
),

services as (
    select * from {{ ref('stg_homelessness__services') }}
),

outreach as (
    select
        contact_id,
        record_id,
        provider,
        worker_id,
        contact_type,
        contact_type as recorded_purpose,
        contact_date,
        'outreach_contacts' as dataset,
        contact_type <> 'not_found' as is_attended
    from outreach_contacts
),

-- HMIS: 200 is a night in a bed; every row is something the client was given
served as (
    select
        service_id as contact_id,
        record_id,
        provider,
        cast(null as string) as worker_id,
        service_date as contact_date,
        'services' as dataset,
        true as is_attended,
        case when record_type_code = '200' then 'bed_night' else 'service' end
            as contact_type,
        case when record_type_code = '200' then 'bed_night' else 'service' end
            as recorded_purpose
    from services
),

unioned as (
    select
        contact_id,
        record_id,
        provider,
        worker_id,
        dataset,
        contact_type,
        recorded_purpose,
        contact_date,
        is_attended
    from outreach
    union all
    select
        contact_id,
        record_id,
        provider,
        worker_id,
        dataset,
        contact_type,
        recorded_purpose,
        contact_date,
        is_attended
    from served
)

select * from unioned
