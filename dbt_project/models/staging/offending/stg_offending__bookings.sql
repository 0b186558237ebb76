with landed as (
    select * from {{ landed('offending', 'bookings', ['booking_id']) }}
),

bookings as (
    select
        -- ids
        cast(booking_id as string) as booking_id,
        cast(record_id as string) as record_id,
        cast(_provider as string) as provider,
        -- flags
        cast(is_active as boolean) as is_active,
        -- dates
        cast(begin_date as date) as begin_date,
        cast(end_date as date) as end_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from bookings
