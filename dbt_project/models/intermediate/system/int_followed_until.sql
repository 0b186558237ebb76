{{ config(materialized='view') }}

with providers as (
    select * from {{ ref('int_providers') }}
),

newest as (
    select * from {{ ref('int_newest_exports') }}
),

sectors as (
    select
        providers.sector,
        max(newest.newest_export_date) as newest_export_date
    from providers
    inner join newest on providers.provider = newest.provider
    group by providers.sector
),

-- what came after an outcome is known up to the day that all four sectors have told of
followed as (
    select
        count(*) as sectors_count,
        case when count(*) = 4 then min(newest_export_date) end as followed_until_date
    from sectors
)

select * from followed
