with landed as (
    select *
    from {{ landed('offending', 'movements', ['booking_id', 'movement_number']) }}
),

movements as (
    select
        -- ids
        cast(booking_id as string) as booking_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('movement_type') }} as movement_type,
        {{ clean_text('reason_code') }} as reason_code,
        {{ clean_text('direction_type') }} as direction_type,
        -- numbers
        cast(movement_number as integer) as movement_number,
        -- dates
        cast(movement_date as date) as movement_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from movements
