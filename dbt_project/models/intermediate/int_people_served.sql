{{ config(materialized='view') }}

with records_served as (
    select * from {{ ref('int_records_served') }}
),

person_links as (
    select * from {{ ref('stg_commonground__person_links') }}
),

served as (
    select distinct
        person_links.person_id,
        records_served.sector,
        records_served.period_type
    from records_served
    inner join person_links on records_served.record_id = person_links.record_id
)

select * from served
