with landed as (
    select *
    from {{ landed(
        'partnership', 'strengths', ['record_id', 'strength_type', 'recorded_date']
    ) }}
),

strengths as (
    select
        -- ids
        cast(record_id as string) as record_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('strength_type') }} as strength_type,
        -- dates
        cast(recorded_date as date) as recorded_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from strengths
