{{ config(materialized='view') }}

with treatment as (
    select * from {{ ref('int_drugs__treatment') }}
),

support as (
    select * from {{ ref('int_drugs__support') }}
),

unioned as (
    select * from treatment
    union all
    select * from support
),

-- a service answers by triage or by what it closes the referral with
decided as (
    select
        episode_id,
        record_id,
        provider,
        worker_id,
        service_type,
        discharge_type as recorded_end_type,
        referral_source_type as recorded_source_type,
        referral_date,
        start_date,
        end_date,
        coalesce(triage_date, start_date, end_date) as decision_date,
        case
            when start_date is not null then 'started'
            when
                discharge_type in (
                    'no_appropriate_treatment', 'inappropriate_referral', 'declined'
                )
                then discharge_type
            when triage_date is not null then 'triaged'
            when end_date is not null then 'closed_before_triage'
            else 'none'
        end as recorded_decision_type
    from unioned
)

select * from decided
