with landed as (
    select *
    from {{ landed('homelessness', 'living_situations', ['living_situation_id']) }}
),

living_situations as (
    select
        -- ids
        cast(living_situation_id as string) as living_situation_id,
        cast(enrolment_id as string) as enrolment_id,
        cast(record_id as string) as record_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('situation_code') }} as situation_code,
        -- dates
        cast(recorded_date as date) as recorded_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from living_situations
