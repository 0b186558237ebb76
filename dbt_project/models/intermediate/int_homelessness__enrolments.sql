{{ config(materialized='view') }}

with enrolments as (
    select * from {{ ref('stg_homelessness__enrolments') }}
),

exits as (
    select * from {{ ref('stg_homelessness__exits') }}
),

last_exits as (
    select *
    from exits
    -- drops all but the last exit of an enrolment that was closed more than once
    qualify row_number() over (
        partition by enrolment_id order by exit_date desc, exit_id desc
    ) = 1
),

described as (
    select
        enrolments.enrolment_id as episode_id,
        enrolments.record_id,
        enrolments.provider,
        cast(null as string) as worker_id,
        'homelessness_project' as service_type,
        'started' as recorded_decision_type,
        cast(null as string) as recorded_source_type,
        enrolments.entry_date as referral_date,
        enrolments.entry_date as decision_date,
        enrolments.entry_date as start_date,
        last_exits.exit_date as end_date,
        -- a death or custody says more than how the project was completed
        case
            when last_exits.destination_code = '24' then 'died'
            when last_exits.destination_code = '207' then 'custody'
            when last_exits.completion_code = '1' then 'completed'
            when last_exits.completion_code in ('2', '3') then 'left_early'
            when last_exits.destination_code like '4__' then 'permanent_housing'
            when last_exits.destination_code in ('8', '9', '30', '99')
                then 'not_known'
            when last_exits.destination_code is not null then 'other'
        end as recorded_end_type
    from enrolments
    left join last_exits on enrolments.enrolment_id = last_exits.enrolment_id
)

select * from described
