with landed as (
    select * from {{ landed('homelessness', 'cases', ['case_id']) }}
),

cases as (
    select
        -- ids
        cast(case_id as string) as case_id,
        cast(record_id as string) as record_id,
        cast(household_id as string) as household_id,
        cast(worker_id as string) as worker_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('referral_source_type') }} as referral_source_type,
        {{ clean_text('accommodation_at_application_type') }}
            as accommodation_at_application_type,
        {{ clean_text('decision_type') }} as decision_type,
        {{ clean_text('duty_end_type') }} as duty_end_type,
        -- dates
        cast(application_date as date) as application_date,
        cast(decision_date as date) as decision_date,
        cast(duty_end_date as date) as duty_end_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from cases
