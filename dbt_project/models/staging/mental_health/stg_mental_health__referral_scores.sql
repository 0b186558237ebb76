with landed as (
    select *
    from {{ landed(
        'mental_health',
        'referral_scores',
        ['referral_id', 'tool_type', 'recorded_date']
    ) }}
),

referral_scores as (
    select
        -- ids
        cast(referral_id as string) as referral_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('tool_type') }} as tool_type,
        -- numbers
        cast(score as integer) as score,
        -- dates
        cast(recorded_date as date) as recorded_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from referral_scores
