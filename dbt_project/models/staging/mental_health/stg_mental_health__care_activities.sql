with landed as (
    select * from {{ landed('mental_health', 'care_activities', ['activity_id']) }}
),

care_activities as (
    select
        -- ids
        cast(activity_id as string) as activity_id,
        cast(contact_id as string) as contact_id,
        cast(_provider as string) as provider,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from care_activities
