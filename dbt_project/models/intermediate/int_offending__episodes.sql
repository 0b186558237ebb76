{{ config(materialized='view') }}

with supervision as (
    select * from {{ ref('int_offending__supervision') }}
),

stays as (
    select * from {{ ref('int_offending__custody_stays') }}
),

referrals as (
    select * from {{ ref('stg_offending__rehabilitation_referrals') }}
),

custody as (
    select
        episode_id,
        record_id,
        provider,
        cast(null as string) as worker_id,
        'custody' as service_type,
        'started' as recorded_decision_type,
        release_type as recorded_end_type,
        cast(null as string) as recorded_source_type,
        cast(null as date) as referral_date,
        cast(null as date) as decision_date,
        start_date,
        end_date
    from stays
),

rehabilitation as (
    select
        referral_id as episode_id,
        record_id,
        provider,
        worker_id,
        'rehabilitation' as service_type,
        'probation' as recorded_source_type,
        received_date as referral_date,
        first_session_date as start_date,
        concluded_date as end_date,
        coalesce(assessment_attended_date, first_session_date, concluded_date)
            as decision_date,
        case
            -- the report's later version counts sessions and dates none of them
            when
                coalesce(assessment_attended_date, first_session_date) is not null
                or sessions_attended_count > 0
                then 'started'
            when concluded_date is not null then 'closed_unseen'
            else 'none'
        end as recorded_decision_type,
        case
            when end_requested_code is not null or end_requested_date is not null
                then 'ended_early'
            when report_submitted_date is not null then 'reported'
        end as recorded_end_type
    from referrals
),

unioned as (
    {% for part in ['supervision', 'custody', 'rehabilitation'] %}
        select
            {{ episode_columns() }}
        from {{ part }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from unioned
