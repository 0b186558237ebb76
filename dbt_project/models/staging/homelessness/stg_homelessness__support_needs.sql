with landed as (
    select *
    from {{ landed('homelessness', 'support_needs', ['case_id', 'need_type']) }}
),

support_needs as (
    select
        -- ids
        cast(case_id as string) as case_id,
        cast(record_id as string) as record_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('need_type') }} as need_type,
        -- dates
        cast(recorded_date as date) as recorded_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from support_needs
