with landed as (
    select * from {{ landed('offending', 'addresses', ['address_id']) }}
),

addresses as (
    select
        -- ids
        cast(address_id as string) as address_id,
        cast(record_id as string) as record_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('address_code') }} as address_code,
        -- flags
        cast(is_no_fixed_abode as boolean) as is_no_fixed_abode,
        -- dates
        cast(start_date as date) as start_date,
        cast(end_date as date) as end_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from addresses
