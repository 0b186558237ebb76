with landed as (
    select * from {{ landed('offending', 'requirements', ['requirement_id']) }}
),

requirements as (
    select
        -- ids
        cast(requirement_id as string) as requirement_id,
        cast(sentence_id as string) as sentence_id,
        cast(record_id as string) as record_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('requirement_type') }} as requirement_type,
        -- dates
        cast(start_date as date) as start_date,
        cast(termination_date as date) as termination_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from requirements
