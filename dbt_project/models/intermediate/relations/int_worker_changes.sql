{{ config(materialized='view') }}

with contacts as (
    select * from {{ ref('int_contacts_by_year') }}
),

days_met as (
    select distinct
        person_id,
        period_type,
        provider,
        worker_id,
        contact_date
    from contacts
    -- drops contacts that name no worker
    where worker_id is not null
),

-- two services, two workers: only within one provider is another worker a change
compared as (
    select
        person_id,
        period_type,
        worker_id,
        lag(worker_id) over (
            partition by person_id, period_type, provider
            order by contact_date, worker_id
        ) as previous_worker_id
    from days_met
),

changes as (
    select
        person_id,
        period_type,
        count(*) filter (where worker_id <> previous_worker_id) as worker_changes_count
    from compared
    group by person_id, period_type
)

select * from changes
