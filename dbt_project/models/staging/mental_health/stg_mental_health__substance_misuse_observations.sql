with landed as (
    select *
    from {{ landed(
        'mental_health', 'substance_misuse_observations', ['ward_stay_id', 'observed_date']
    ) }}
),

substance_misuse_observations as (
    select
        -- ids
        cast(ward_stay_id as string) as ward_stay_id,
        cast(_provider as string) as provider,
        -- dates
        cast(observed_date as date) as observed_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from substance_misuse_observations
