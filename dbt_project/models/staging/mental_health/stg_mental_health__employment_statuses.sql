with landed as (
    select *
    from {{ landed(
        'mental_health', 'employment_statuses', ['record_id', 'recorded_date']
    ) }}
),

employment_statuses as (
    select
        -- ids
        cast(record_id as string) as record_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('employment_code') }} as employment_code,
        -- dates
        cast(recorded_date as date) as recorded_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from employment_statuses
