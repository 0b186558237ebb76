{{ config(materialized='table') }}

with landed as (
    select * from {{ landed_parquet('_withdrawn') }}
),

newest as (
    select
        -- machinery
        cast(_row_id as string) as _row_id,
        cast(_export_id as string) as _export_id,
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
    -- drops earlier withdrawals of a row that came back and went again
    qualify row_number() over (
        partition by _row_id
        order by _export_date desc, _received_at desc, _export_id desc
    ) = 1
)

select * from newest
