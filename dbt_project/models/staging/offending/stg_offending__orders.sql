with landed as (
    select * from {{ landed('offending', 'orders', ['order_id']) }}
),

orders as (
    select
        -- ids
        cast(order_id as string) as order_id,
        cast(record_id as string) as record_id,
        cast(_provider as string) as provider,
        -- flags
        cast(is_in_breach as boolean) as is_in_breach,
        cast(is_active as boolean) as is_active,
        -- dates
        cast(referral_date as date) as referral_date,
        cast(conviction_date as date) as conviction_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from orders
