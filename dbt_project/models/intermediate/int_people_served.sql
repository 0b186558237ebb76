{{ config(materialized='view') }}

with records_served as (
    select * from {{ ref('int_records_served') }}
),

served as (
    select distinct
        person_id,
        sector,
        period_type
    from records_served
)

select * from served
