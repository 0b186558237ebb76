with landed as (
    select * from {{ landed('homelessness', 'outreach_contacts', ['contact_id']) }}
),

outreach_contacts as (
    select
        -- ids
        cast(contact_id as string) as contact_id,
        cast(record_id as string) as record_id,
        cast(worker_id as string) as worker_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('contact_type') }} as contact_type,
        {{ clean_text('area_code') }} as area_code,
        -- dates
        cast(contact_date as date) as contact_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from outreach_contacts
