with landed as (
    select * from {{ landed('drugs', 'appointments', ['appointment_id']) }}
),

appointments as (
    select
        -- ids
        cast(appointment_id as string) as appointment_id,
        cast(record_id as string) as record_id,
        cast(worker_id as string) as worker_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('attendance_type') }} as attendance_type,
        -- dates
        cast(appointment_date as date) as appointment_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from appointments
