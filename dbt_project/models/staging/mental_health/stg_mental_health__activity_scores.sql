with landed as (
    select *
    from {{ landed(
        'mental_health', 'activity_scores', ['activity_id', 'tool_type']
    ) }}
),

activity_scores as (
    select
        -- ids
        cast(activity_id as string) as activity_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('tool_type') }} as tool_type,
        -- numbers
        cast(score as integer) as score,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from activity_scores
