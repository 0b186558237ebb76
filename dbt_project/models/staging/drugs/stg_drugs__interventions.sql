with landed as (
    select * from {{ landed('drugs', 'interventions', ['intervention_id']) }}
),

interventions as (
    select
        -- ids
        cast(intervention_id as string) as intervention_id,
        cast(episode_id as string) as episode_id,
        cast(record_id as string) as record_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('modality_code') }} as modality_code,
        {{ clean_text('intervention_exit_type') }} as intervention_exit_type,
        -- dates
        cast(referred_date as date) as referred_date,
        cast(first_appointment_offered_date as date) as first_appointment_offered_date,
        cast(start_date as date) as start_date,
        cast(end_date as date) as end_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from interventions
