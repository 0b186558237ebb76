{{ config(materialized='view') }}

with counted as (
    select * from {{ ref('int_continuity_counted') }}
),

covered as (
    select * from {{ ref('int_calendar_covered') }}
),

rules as (
    select * from {{ ref('int_relation_rules') }}
),

-- why nothing can be said of who the person met, where nothing can
judged as (
    select
        counted.person_id,
        counted.period_type,
        counted.usual_provider_index,
        counted.bice_boxerman_index,
        counted.longest_relationship_days,
        counted.contacts_count,
        counted.named_contacts_count,
        counted.distinct_workers_count,
        counted.worker_changes_count,
        counted.relationships_ended_count,
        counted.breaks_by_closing_count,
        counted.breaks_by_moving_count,
        covered.period_start_date,
        covered.period_end_date,
        covered.providers_expected_count,
        covered.providers_received_count,
        rules.relationship_gap_days,
        case
            when not covered.is_covered then 'not_received'
            when counted.contacts_count = 0 then 'no_contact_recorded'
            when counted.named_contacts_count = 0 then 'no_worker_named'
            when
                counted.named_contacts_count * 100
                < counted.contacts_count * rules.workers_named_percent
                then 'few_workers_named'
            when counted.named_contacts_count < rules.contacts_minimum
                then 'few_contacts'
        end as status_reason_type
    from counted
    inner join covered on counted.period_type = covered.period_type
    cross join rules
)

select * from judged
