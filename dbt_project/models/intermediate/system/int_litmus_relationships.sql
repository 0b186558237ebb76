{{ config(materialized='view') }}

with periods as (
    select * from {{ ref('int_periods') }}
),

contacts as (
    select * from {{ ref('int_contacts_unioned') }}
),

rules as (
    select * from {{ ref('int_system_rules') }}
),

relationships as (
    select
        contacts.person_id,
        contacts.provider,
        periods.period_type,
        count(*) as contacts_count,
        count(distinct contacts.worker_id) as workers_count
    from contacts
    inner join periods
        on
            contacts.contact_date
            between periods.period_start_date and periods.period_end_date
    -- drops contacts nobody came to, and those whose worker is not named
    where contacts.is_attended and contacts.worker_id is not null
    group by contacts.person_id, contacts.provider, periods.period_type
),

kept as (
    select
        relationships.person_id,
        relationships.period_type,
        relationships.workers_count = 1 as is_yes
    from relationships
    cross join rules
    -- drops relationships too short for the worker to have been kept or changed
    where relationships.contacts_count >= rules.worker_contacts
)

select * from kept
