with landed as (
    select * from {{ landed('drugs', 'episodes', ['episode_id']) }}
),

episodes as (
    select
        -- ids
        cast(episode_id as string) as episode_id,
        cast(record_id as string) as record_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('referral_source_type') }} as referral_source_type,
        {{ clean_text('discharge_type') }} as discharge_type,
        {{ clean_text('accommodation_need_type') }} as accommodation_need_type,
        {{ clean_text('main_substance_code') }} as main_substance_code,
        {{ clean_text('second_substance_code') }} as second_substance_code,
        {{ clean_text('injecting_type') }} as injecting_type,
        {{ clean_text('local_authority_code') }} as local_authority_code,
        -- flags
        cast(has_dual_diagnosis as boolean) as has_dual_diagnosis,
        -- dates
        cast(referral_date as date) as referral_date,
        cast(triage_date as date) as triage_date,
        cast(discharge_date as date) as discharge_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from episodes
