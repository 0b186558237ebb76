{{ config(materialized='view') }}

with contacts as (
    select * from {{ ref('int_contacts_unioned') }}
),

quarters as (
    select *
    from {{ ref('int_calendar') }}
    -- drops months and rolling years
    where period_type = 'quarter'
),

senders as (
    select distinct
        contacts.provider,
        quarters.period_start_date
    from contacts
    inner join quarters
        on
            contacts.contact_date
            between quarters.period_start_date and quarters.period_end_date
    -- drops contacts of which nobody says whether the person came
    where contacts.is_attended is not null
)

select * from senders
