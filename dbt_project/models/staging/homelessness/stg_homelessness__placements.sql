with landed as (
    select * from {{ landed('homelessness', 'placements', ['placement_id']) }}
),

placements as (
    select
        -- ids
        cast(placement_id as string) as placement_id,
        cast(case_id as string) as case_id,
        cast(record_id as string) as record_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('placement_type') }} as placement_type,
        {{ clean_text('end_type') }} as end_type,
        -- dates
        cast(start_date as date) as start_date,
        cast(end_date as date) as end_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from placements
