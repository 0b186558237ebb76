{{ config(materialized='view') }}

with person_months as (
    select * from {{ ref('int_person_months') }}
),

months_open as (
    select * from {{ ref('int_months_open') }}
),

months_workers as (
    select * from {{ ref('int_months_workers') }}
),

months_asked as (
    select * from {{ ref('int_months_asked') }}
),

counted as (
    select
        person_months.person_id,
        person_months.month_date,
        months_workers.distinct_workers_count,
        coalesce(months_open.open_episodes_count, 0) as open_episodes_count,
        coalesce(months_open.open_providers_count, 0) as open_providers_count,
        coalesce(months_open.open_sectors_count, 0) as open_sectors_count,
        coalesce(months_open.lead_workers_count, 0) as lead_workers_count,
        coalesce(months_open.lead_workers_most_count, 0) as lead_workers_most_count,
        coalesce(months_asked.assessments_count, 0) as assessments_count,
        coalesce(months_asked.handovers_count, 0) as handovers_count,
        coalesce(months_asked.facts_reasked_count, 0) as facts_reasked_count
    from person_months
    left join months_open
        on
            person_months.person_id = months_open.person_id
            and person_months.month_date = months_open.month_date
    left join months_workers
        on
            person_months.person_id = months_workers.person_id
            and person_months.month_date = months_workers.month_date
    left join months_asked
        on
            person_months.person_id = months_asked.person_id
            and person_months.month_date = months_asked.month_date
)

select * from counted
