{{ config(materialized='table') }}

with landed as (
    select * from {{ landed_parquet('_withdrawn') }}
),

first_lacking as (
    select
        -- machinery
        cast(_row_id as string) as _row_id,
        cast(_landed_export_id as string) as _landed_export_id,
        cast(_export_id as string) as _export_id,
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
    -- drops the later of two exports that lack a row: a late file told the earlier
    qualify row_number() over (
        partition by _row_id, _landed_export_id
        order by _export_date, _received_at, _export_id
    ) = 1
)

select * from first_lacking
