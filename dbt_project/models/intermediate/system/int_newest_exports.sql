{{ config(materialized='view') }}

with exports as (
    select * from {{ ref('int_exports_of_sectors') }}
),

newest as (
    select
        provider,
        min(export_date) as first_export_date,
        max(export_date) as newest_export_date
    from exports
    -- drops exports that were refused or are held: nothing of them is in the facts
    where state = 'landed'
    group by provider
)

select * from newest
