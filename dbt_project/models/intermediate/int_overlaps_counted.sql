{% set readings = ['central', 'strict', 'loose'] %}

with by_area as (
    select * from {{ ref('int_overlaps_by_area') }}
),

need_combinations as (
    select * from {{ ref('need_combinations') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

lenses as (
    select 'in_service' as lens_type
    union all
    select 'recorded' as lens_type
    union all
    select 'either' as lens_type
),

-- the whole place has a row for every combination, people or none
whole_place as (
    select
        periods.period_type,
        lenses.lens_type,
        'all' as area_code,
        need_combinations.needs_combination,
        {% for reading in readings %}
            coalesce(sum(by_area.people_{{ reading }}_count), 0)
                as people_{{ reading }}_count{% if not loop.last %},{% endif %}
        {% endfor %}
    from periods
    cross join lenses
    cross join need_combinations
    left join by_area
        on
            periods.period_type = by_area.period_type
            and lenses.lens_type = by_area.lens_type
            and need_combinations.needs_combination = by_area.needs_combination
    group by
        periods.period_type,
        lenses.lens_type,
        need_combinations.needs_combination
),

unioned as (
    {% for part in ['whole_place', 'by_area'] %}
        select
            period_type,
            lens_type,
            area_code,
            needs_combination,
            {% for reading in readings %}
                people_{{ reading }}_count{% if not loop.last %},{% endif %}
            {% endfor %}
        from {{ part }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from unioned
