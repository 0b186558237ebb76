with landed as (
    select * from {{ landed('homelessness', 'services', ['service_id']) }}
),

services as (
    select
        -- ids
        cast(service_id as string) as service_id,
        cast(enrolment_id as string) as enrolment_id,
        cast(record_id as string) as record_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('record_type_code') }} as record_type_code,
        {{ clean_text('type_code') }} as type_code,
        -- dates
        cast(service_date as date) as service_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from services
