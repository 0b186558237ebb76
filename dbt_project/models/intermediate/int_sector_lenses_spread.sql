{% set views = [
    ('central', 'own'),
    ('central', 'whole'),
    ('strict', 'own'),
    ('strict', 'whole'),
    ('loose', 'own'),
    ('loose', 'whole'),
] %}

with sector_lenses as (
    select * from {{ ref('int_sector_lenses') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

sectors as (
    select distinct sector from {{ ref('service_types') }}
),

needs as (
    select
        sector,
        case when sector = 'drugs' then 'substance_use' else sector end as need_type
    from sectors
),

-- every sector and need has a row, people or none
spread as (
    select
        periods.period_type,
        sectors.sector,
        needs.need_type,
        needs.sector as need_sector,
        {% for reading, view in views %}
            coalesce(
                max(
                    case
                        when sector_lenses.link_strength_type = '{{ reading }}'
                            then sector_lenses.people_{{ view }}_count
                    end
                ), 0
            ) as {{ view }}_{{ reading }}_count{% if not loop.last %},{% endif %}
        {% endfor %}
    from periods
    cross join sectors
    cross join needs
    left join sector_lenses
        on
            periods.period_type = sector_lenses.period_type
            and sectors.sector = sector_lenses.sector
            and needs.need_type = sector_lenses.need_type
    group by
        periods.period_type, sectors.sector, needs.need_type, needs.sector
),

-- the blind spot by each reading: nobody knows beforehand which sees least of it
blind as (
    select
        period_type,
        sector,
        need_type,
        need_sector,
        own_central_count as people_own_count,
        whole_central_count as people_whole_count,
        whole_central_count - own_central_count as blind_spot_count,
        {% for name, pick in [('low', 'least'), ('high', 'greatest')] %}
            {{ pick }}(
                whole_strict_count - own_strict_count,
                whole_central_count - own_central_count,
                whole_loose_count - own_loose_count
            ) as blind_spot_{{ name }}_count{% if not loop.last %},{% endif %}
        {% endfor %}
    from spread
)

select * from blind
