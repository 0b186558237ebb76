{{ config(materialized='view') }}

with cases as (
    select * from {{ ref('stg_homelessness__cases') }}
),

placements as (
    select * from {{ ref('stg_homelessness__placements') }}
),

enrolments as (
    select * from {{ ref('int_homelessness__enrolments') }}
),

applications as (
    select
        case_id as episode_id,
        record_id,
        provider,
        worker_id,
        'homelessness_application' as service_type,
        duty_end_type as recorded_end_type,
        referral_source_type as recorded_source_type,
        application_date as referral_date,
        decision_date,
        duty_end_date as end_date,
        coalesce(decision_type, 'none') as recorded_decision_type,
        -- a duty starts with the decision that owes it
        case
            when decision_type in ('prevention_duty', 'relief_duty', 'main_duty')
                then coalesce(decision_date, application_date)
        end as start_date
    from cases
),

-- a stay belongs to a case that was referred already: it has no referral of its own
stays as (
    select
        placement_id as episode_id,
        record_id,
        provider,
        cast(null as string) as worker_id,
        'temporary_accommodation' as service_type,
        'started' as recorded_decision_type,
        end_type as recorded_end_type,
        cast(null as string) as recorded_source_type,
        cast(null as date) as referral_date,
        cast(null as date) as decision_date,
        start_date,
        end_date
    from placements
),

unioned as (
    {% for part in ['applications', 'stays', 'enrolments'] %}
        select
            {{ episode_columns() }}
        from {{ part }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from unioned
