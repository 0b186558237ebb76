with landed as (
    select * from {{ landed('drugs', 'referrals', ['record_id', 'referral_date']) }}
),

referrals as (
    select
        -- ids
        cast(record_id as string) as record_id,
        cast(worker_id as string) as worker_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('referral_source_type') }} as referral_source_type,
        {{ clean_text('exit_type') }} as exit_type,
        -- dates
        cast(initial_contact_date as date) as initial_contact_date,
        cast(referral_date as date) as referral_date,
        cast(first_appointment_offered_date as date) as first_appointment_offered_date,
        cast(triage_date as date) as triage_date,
        cast(allocation_date as date) as allocation_date,
        cast(last_appointment_date as date) as last_appointment_date,
        cast(exit_date as date) as exit_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from referrals
