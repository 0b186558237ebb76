with landed as (
    select * from {{ landed('partnership', 'feedback', ['feedback_id']) }}
),

feedback as (
    select
        -- ids
        cast(feedback_id as string) as feedback_id,
        cast(record_id as string) as record_id,
        cast(_provider as string) as provider,
        -- numbers
        cast(score as integer) as score,
        -- flags
        cast(has_agreed_to_use as boolean) as has_agreed_to_use,
        cast(has_own_words as boolean) as has_own_words,
        -- dates
        cast(feedback_date as date) as feedback_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from feedback
