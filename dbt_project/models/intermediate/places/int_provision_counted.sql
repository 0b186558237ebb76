{{ config(materialized='view') }}

{% set sector_needs = {
    'homelessness': 'homelessness',
    'drugs': 'substance_use',
    'offending': 'offending',
    'mental_health': 'mental_health',
} %}

{% set counts = [
    'people_in_need_count', 'people_in_need_low_count', 'people_in_need_high_count',
    'no_door_count', 'no_door_low_count', 'no_door_high_count',
] %}

with periods as (
    select * from {{ ref('int_periods') }}
),

described as (
    select * from {{ ref('int_people_described') }}
),

area_needs as (
    select * from {{ ref('int_area_needs') }}
),

area_services as (
    select * from {{ ref('int_area_services') }}
),

sectors as (
    {% for sector, need in sector_needs.items() %}
        select
            '{{ sector }}' as sector,
            '{{ need }}' as need_type
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

areas as (
    select area_code from described
    union
    select 'all' as area_code
),

-- a row for every sector of every area with people, so that nobody is a row, not a gap
counted as (
    select
        periods.period_type,
        periods.period_start_date,
        periods.period_end_date,
        areas.area_code,
        sectors.sector,
        sectors.need_type,
        {% for count in counts %}
            coalesce(area_needs.{{ count }}, 0) as {{ count }},
        {% endfor %}
        area_services.places_count,
        coalesce(area_services.services_count, 0) as services_count,
        coalesce(area_services.services_with_capacity_count, 0)
            as services_with_capacity_count,
        coalesce(area_services.episodes_started_count, 0) as episodes_started_count
    from periods
    cross join areas
    cross join sectors
    left join area_needs
        on
            periods.period_type = area_needs.period_type
            and areas.area_code = area_needs.area_code
            and sectors.need_type = area_needs.need_type
    left join area_services
        on
            periods.period_type = area_services.period_type
            and areas.area_code = area_services.area_code
            and sectors.sector = area_services.sector
)

select * from counted
