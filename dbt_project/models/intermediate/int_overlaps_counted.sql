{% set needs = ['homelessness', 'substance_use', 'offending', 'mental_health'] %}

with person_lenses as (
    select * from {{ ref('int_person_lenses') }}
),

need_combinations as (
    select * from {{ ref('need_combinations') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

combined as (
    select
        person_lenses.period_type,
        person_lenses.lens_type,
        person_lenses.area_code,
        need_combinations.needs_combination
    from person_lenses
    inner join need_combinations
        on
            {% for need in needs %}
            person_lenses.has_{{ need }} = need_combinations.has_{{ need }}
            {{ 'and' if not loop.last }}
            {% endfor %}
),

by_area as (
    select
        period_type,
        lens_type,
        area_code,
        needs_combination,
        count(*) as people_count
    from combined
    group by period_type, lens_type, area_code, needs_combination
),

-- the whole place has a row for every combination, people or none
lenses as (
    select 'in_service' as lens_type
    union all
    select 'recorded' as lens_type
    union all
    select 'either' as lens_type
),

whole_place as (
    select
        periods.period_type,
        lenses.lens_type,
        'all' as area_code,
        need_combinations.needs_combination,
        cast(coalesce(sum(by_area.people_count), 0) as bigint) as people_count
    from periods
    cross join lenses
    cross join need_combinations
    left join by_area
        on
            periods.period_type = by_area.period_type
            and lenses.lens_type = by_area.lens_type
            and need_combinations.needs_combination = by_area.needs_combination
    group by
        periods.period_type, lenses.lens_type, need_combinations.needs_combination
),

unioned as (
    select * from whole_place
    union all
    select * from by_area
)

select * from unioned
