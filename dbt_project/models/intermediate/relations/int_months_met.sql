with contacts as (
    select * from {{ ref('int_contacts_held') }}
),

-- of a month's contacts with one worker the last alone decides whether a window that
-- ends in or after it holds any
met as (
    select
        person_id,
        worker_id,
        {{ month_of('contact_date') }} as month_date,
        max(contact_date) as last_contact_date
    from contacts
    group by person_id, worker_id, {{ month_of('contact_date') }}
)

select * from met
