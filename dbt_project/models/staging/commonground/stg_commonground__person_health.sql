{{ config(materialized='table') }}

with judged as (
    select * from {{ read_parquet(var('linked_folder') ~ '/person_health.parquet') }}
),

person_health as (
    select
        -- ids
        cast(person_id as string) as person_id,

        -- types
        cast(health as string) as link_health_type
    from judged
)

select * from person_health
