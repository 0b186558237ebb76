{{ config(materialized='view') }}

with appointments as (
    select * from {{ ref('stg_drugs__appointments') }}
),

contacts as (
    select
        appointment_id as contact_id,
        record_id,
        provider,
        worker_id,
        'appointments' as dataset,
        'appointment' as contact_type,
        'any' as recorded_purpose,
        appointment_date as contact_date,
        attendance_type = 'attended' as is_attended
    from appointments
)

select * from contacts
