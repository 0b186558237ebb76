with landed as (
    select * from {{ landed('mental_health', 'patient_indicators', ['record_id']) }}
),

patient_indicators as (
    select
        -- ids
        cast(record_id as string) as record_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('offence_history_code') }} as offence_history_code,
        {{ clean_text('ex_armed_forces_code') }} as ex_armed_forces_code,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from patient_indicators
