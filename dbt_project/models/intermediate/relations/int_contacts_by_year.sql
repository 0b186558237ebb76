with contacts as (
    select * from {{ ref('int_contacts_held') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

by_year as (
    select
        contacts.contact_id,
        contacts.person_id,
        contacts.provider,
        contacts.worker_id,
        contacts.contact_date,
        periods.period_type
    from contacts
    inner join periods
        on
            contacts.contact_date
            between periods.period_start_date and periods.period_end_date
)

select * from by_year
