with landed as (
    select * from {{ landed('partnership', 'goals', ['goal_id']) }}
),

goals as (
    select
        -- ids
        cast(goal_id as string) as goal_id,
        cast(record_id as string) as record_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('person_judgement_type') }} as person_judgement_type,
        {{ clean_text('service_judgement_type') }} as service_judgement_type,
        -- flags
        cast(is_in_own_words as boolean) as is_in_own_words,
        -- dates
        cast(set_date as date) as set_date,
        cast(reviewed_date as date) as reviewed_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from goals
