{{ config(materialized='view') }}

with contacts as (
    select * from {{ ref('int_contacts_unioned') }}
),

held as (
    select
        contact_id,
        person_id,
        provider,
        sector,
        worker_id,
        contact_type,
        contact_date
    from contacts
    -- drops contacts the person did not come to, and those planned for later; where
    -- the provider does not say who came, the contact counts
    where
        coalesce(is_attended, true)
        and contact_date <= {{ as_of() }}
)

select * from held
