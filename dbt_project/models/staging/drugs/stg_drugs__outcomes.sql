with landed as (
    select * from {{ landed('drugs', 'outcomes', ['outcome_id']) }}
),

outcomes as (
    select
        -- ids
        cast(outcome_id as string) as outcome_id,
        cast(episode_id as string) as episode_id,
        cast(record_id as string) as record_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('stage_type') }} as stage_type,
        -- numbers
        cast(alcohol_days as integer) as alcohol_days,
        cast(opiate_days as integer) as opiate_days,
        cast(crack_days as integer) as crack_days,
        cast(shoplifting_days as integer) as shoplifting_days,
        cast(psychological_health_score as integer) as psychological_health_score,
        cast(physical_health_score as integer) as physical_health_score,
        cast(quality_of_life_score as integer) as quality_of_life_score,
        cast(paid_work_days as integer) as paid_work_days,
        -- flags
        cast(has_committed_assault as boolean) as has_committed_assault,
        cast(has_acute_housing_problem as boolean) as has_acute_housing_problem,
        cast(is_at_risk_of_eviction as boolean) as is_at_risk_of_eviction,
        -- dates
        cast(outcome_date as date) as outcome_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from outcomes
