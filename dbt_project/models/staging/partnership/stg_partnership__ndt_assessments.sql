with landed as (
    select *
    from {{ landed(
        'partnership', 'ndt_assessments', ['record_id', 'assessed_date']
    ) }}
),

ndt_assessments as (
    select
        -- ids
        cast(record_id as string) as record_id,
        cast(_provider as string) as provider,
        -- numbers
        cast(total_score as integer) as total_score,
        -- dates
        cast(assessed_date as date) as assessed_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from ndt_assessments
