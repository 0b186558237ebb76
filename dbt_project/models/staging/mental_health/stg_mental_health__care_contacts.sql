with landed as (
    select * from {{ landed('mental_health', 'care_contacts', ['contact_id']) }}
),

care_contacts as (
    select
        -- ids
        cast(contact_id as string) as contact_id,
        cast(referral_id as string) as referral_id,
        cast(team_id as string) as team_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('mechanism_code') }} as mechanism_code,
        {{ clean_text('attendance_code') }} as attendance_code,
        -- flags
        cast(is_place_of_safety as boolean) as is_place_of_safety,
        -- dates
        cast(contact_date as date) as contact_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from care_contacts
