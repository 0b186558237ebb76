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
        'supervision_contacts' as dataset,
        'supervision' as contact_type,
        contact_code as recorded_purpose,
        contact_date,
        has_attended as is_attended
    from supervision_contacts
)

select * from contacts
