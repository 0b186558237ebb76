with landed as (
    select * from {{ landed('offending', 'sentences', ['sentence_id']) }}
),

sentences as (
    select
        -- ids
        cast(sentence_id as string) as sentence_id,
        cast(order_id as string) as order_id,
        cast(record_id as string) as record_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('sentence_code') }} as sentence_code,
        {{ clean_text('termination_type') }} as termination_type,
        -- dates
        cast(sentence_date as date) as sentence_date,
        cast(termination_date as date) as termination_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from sentences
