{% set counts = [
    'people_in_need_count', 'people_in_need_low_count', 'people_in_need_high_count',
    'no_door_count', 'no_door_low_count', 'no_door_high_count',
    'services_count', 'episodes_started_count',
] %}

with counted as (
    select * from {{ ref('int_provision_counted') }}
),

covered as (
    select * from {{ ref('int_place_coverage') }}
),

areas as (
    select * from {{ ref('areas') }}
),

-- a missing provider is not zero need: without the sector nothing of it is counted
shown as (
    select
        counted.period_type,
        counted.area_code,
        counted.sector,
        counted.need_type,
        counted.period_start_date,
        counted.period_end_date,
        areas.deprivation_decile,
        areas.source as deprivation_source,
        areas.source_year as deprivation_source_year,
        covered.providers_expected_count,
        covered.providers_received_count,
        {% for count in counts %}
            case when covered.is_covered then counted.{{ count }} end
                as {{ count }},
        {% endfor %}
        -- the places of some services alone would read as the places of all
        case
            when
                covered.is_covered
                and counted.services_count = counted.services_with_capacity_count
                then counted.places_count
        end as places_count
    from counted
    left join covered
        on
            counted.period_type = covered.period_type
            and counted.sector = covered.sector
    left join areas on counted.area_code = areas.area_code
),

provision_by_place as (
    select
        cast(period_type as string) as period_type,
        cast(area_code as string) as area_code,
        cast(sector as string) as sector,
        cast(need_type as string) as need_type,
        {{ status_of('people_in_need_count') }} as status_type,
        {% for count in counts %}
            cast({{ count }} as bigint) as {{ count }},
        {% endfor %}
        {{ share_with_interval('no_door', 'people_in_need') }},
        {{ share('people_in_need_count', 'services_count') }}
            as people_in_need_per_service,
        {{ status_of('places_count') }} as capacity_status_type,
        cast(places_count as bigint) as places_count,
        {{ status_of('deprivation_decile') }} as deprivation_status_type,
        cast(deprivation_decile as integer) as deprivation_decile,
        cast(deprivation_source as string) as deprivation_source,
        cast(deprivation_source_year as integer) as deprivation_source_year,
        cast(coalesce(providers_expected_count, 0) as bigint)
            as providers_expected_count,
        cast(coalesce(providers_received_count, 0) as bigint)
            as providers_received_count,
        cast(period_start_date as date) as period_start_date,
        cast(period_end_date as date) as period_end_date
    from shown
)

select * from provision_by_place
