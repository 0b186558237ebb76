with landed as (
    select *
    from {{ landed(
        'partnership', 'outcome_stars', ['record_id', 'completed_date']
    ) }}
),

outcome_stars as (
    select
        -- ids
        cast(record_id as string) as record_id,
        cast(_provider as string) as provider,
        -- numbers
        cast(drug_and_alcohol_score as integer) as drug_and_alcohol_score,
        cast(mental_health_score as integer) as mental_health_score,
        cast(tenancy_score as integer) as tenancy_score,
        cast(offending_score as integer) as offending_score,
        cast(total_score as integer) as total_score,
        -- dates
        cast(completed_date as date) as completed_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from outcome_stars
