with landed as (
    select * from {{ landed('mental_health', 'hospital_spells', ['spell_id']) }}
),

hospital_spells as (
    select
        -- ids
        cast(spell_id as string) as spell_id,
        cast(referral_id as string) as referral_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('admission_method_code') }} as admission_method_code,
        {{ clean_text('discharge_destination_code') }} as discharge_destination_code,
        -- dates
        cast(start_date as date) as start_date,
        cast(discharge_date as date) as discharge_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from hospital_spells
