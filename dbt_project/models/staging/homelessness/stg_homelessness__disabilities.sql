with landed as (
    select * from {{ landed('homelessness', 'disabilities', ['disability_id']) }}
),

disabilities as (
    select
        -- ids
        cast(disability_id as string) as disability_id,
        cast(enrolment_id as string) as enrolment_id,
        cast(record_id as string) as record_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('disability_code') }} as disability_code,
        {{ clean_text('response_code') }} as response_code,
        {{ clean_text('stage_code') }} as stage_code,
        -- dates
        cast(recorded_date as date) as recorded_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from disabilities
