with landed as (
    select * from {{ landed('homelessness', 'exits', ['exit_id']) }}
),

exits as (
    select
        -- ids
        cast(exit_id as string) as exit_id,
        cast(enrolment_id as string) as enrolment_id,
        cast(record_id as string) as record_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('destination_code') }} as destination_code,
        {{ clean_text('completion_code') }} as completion_code,
        -- dates
        cast(exit_date as date) as exit_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from exits
