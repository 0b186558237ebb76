with landed as (
    select * from {{ landed('offending', 'rehabilitation_referrals', ['referral_id']) }}
),

rehabilitation_referrals as (
    select
        -- ids
        cast(referral_id as string) as referral_id,
        cast(record_id as string) as record_id,
        cast(worker_id as string) as worker_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('end_requested_code') }} as end_requested_code,
        -- numbers
        cast(sessions_expected_count as integer) as sessions_expected_count,
        cast(sessions_attended_count as integer) as sessions_attended_count,
        cast(outcomes_expected_count as integer) as outcomes_expected_count,
        cast(outcomes_achieved as decimal(10, 2)) as outcomes_achieved,
        -- dates
        cast(received_date as date) as received_date,
        cast(assessment_booked_date as date) as assessment_booked_date,
        cast(assessment_attended_date as date) as assessment_attended_date,
        cast(plan_submitted_date as date) as plan_submitted_date,
        cast(plan_approved_date as date) as plan_approved_date,
        cast(first_session_date as date) as first_session_date,
        cast(end_requested_date as date) as end_requested_date,
        cast(report_submitted_date as date) as report_submitted_date,
        cast(concluded_date as date) as concluded_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from rehabilitation_referrals
