with landed as (
    select * from {{ landed('mental_health', 'ward_stays', ['ward_stay_id']) }}
),

ward_stays as (
    select
        -- ids
        cast(ward_stay_id as string) as ward_stay_id,
        cast(spell_id as string) as spell_id,
        cast(_provider as string) as provider,
        -- dates
        cast(start_date as date) as start_date,
        cast(end_date as date) as end_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from ward_stays
