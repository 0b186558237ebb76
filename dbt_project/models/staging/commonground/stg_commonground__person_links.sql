{{ config(materialized='table') }}

with linked as (
    select * from {{ read_parquet(var('linked_folder') ~ '/person_links.parquet') }}
),

person_links as (
    select
        -- ids
        cast(record_id as string) as record_id,
        cast(person_id as string) as person_id,
        cast(strict_person_id as string) as strict_person_id,
        cast(loose_person_id as string) as loose_person_id
    from linked
)

select * from person_links
