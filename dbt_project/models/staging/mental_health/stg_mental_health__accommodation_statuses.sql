with landed as (
    select *
    from {{ landed(
        'mental_health', 'accommodation_statuses', ['record_id', 'recorded_date']
    ) }}
),

accommodation_statuses as (
    select
        -- ids
        cast(record_id as string) as record_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('accommodation_code') }} as accommodation_code,
        -- flags
        cast(is_settled as boolean) as is_settled,
        -- dates
        cast(recorded_date as date) as recorded_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from accommodation_statuses
