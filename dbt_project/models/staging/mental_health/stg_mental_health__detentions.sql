with landed as (
    select * from {{ landed('mental_health', 'detentions', ['detention_id']) }}
),

detentions as (
    select
        -- ids
        cast(detention_id as string) as detention_id,
        cast(record_id as string) as record_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('legal_status_code') }} as legal_status_code,
        -- dates
        cast(start_date as date) as start_date,
        cast(end_date as date) as end_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from detentions
