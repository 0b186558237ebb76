{{ config(materialized='view') }}

with services_seen as (
    select * from {{ ref('int_services_seen') }}
),

service_capacities as (
    select * from {{ ref('service_capacities') }}
),

-- the whole place sees every service once
placed as (
    select * from services_seen
    union all
    select
        period_type,
        'all' as area_code,
        sector,
        provider,
        service_type,
        sum(episodes_started_count) as episodes_started_count
    from services_seen
    group by period_type, sector, provider, service_type
),

area_services as (
    select
        placed.period_type,
        placed.area_code,
        placed.sector,
        count(*) as services_count,
        count(service_capacities.places_count) as services_with_capacity_count,
        sum(service_capacities.places_count) as places_count,
        sum(placed.episodes_started_count) as episodes_started_count
    from placed
    left join service_capacities
        on
            placed.provider = service_capacities.provider
            and placed.service_type = service_capacities.service_type
    group by placed.period_type, placed.area_code, placed.sector
)

select * from area_services
