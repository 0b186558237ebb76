{{ config(materialized='view') }}

with supervision_contacts as (
    select * from {{ ref('stg_offending__supervision_contacts') }}
),

contacts as (
    select
        contact_id,
        record_id,
        provider,
        worker_id,
        'supervision' as contact_type,
        contact_date,
        has_attended as is_attended
    from supervision_contacts
)

select * from contacts
