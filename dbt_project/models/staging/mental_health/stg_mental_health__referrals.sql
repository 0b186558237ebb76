with landed as (
    select * from {{ landed('mental_health', 'referrals', ['referral_id']) }}
),

referrals as (
    select
        -- ids
        cast(referral_id as string) as referral_id,
        cast(record_id as string) as record_id,
        cast(team_id as string) as team_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('source_code') }} as source_code,
        {{ clean_text('priority_code') }} as priority_code,
        {{ clean_text('reason_code') }} as reason_code,
        {{ clean_text('rejection_code') }} as rejection_code,
        {{ clean_text('closure_code') }} as closure_code,
        {{ clean_text('therapy_end_code') }} as therapy_end_code,
        -- dates
        cast(received_date as date) as received_date,
        cast(rejection_date as date) as rejection_date,
        cast(discharge_date as date) as discharge_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from referrals
