{{ config(materialized='view') }}

{% set needs = ['homelessness', 'substance_use', 'offending', 'mental_health'] %}

with person_lenses as (
    select * from {{ ref('int_person_lenses') }}
),

need_combinations as (
    select * from {{ ref('need_combinations') }}
),

counted as (
    select
        person_lenses.period_type,
        person_lenses.lens_type,
        person_lenses.area_code,
        need_combinations.needs_combination,
        {% for reading in ['central', 'strict', 'loose'] %}
            count(
                case when person_lenses.link_strength_type = '{{ reading }}' then 1 end
            ) as people_{{ reading }}_count{% if not loop.last %},{% endif %}
        {% endfor %}
    from person_lenses
    inner join need_combinations
        on
            {% for need in needs %}
                person_lenses.has_{{ need }} = need_combinations.has_{{ need }}
                {% if not loop.last %}and{% endif %}
            {% endfor %}
    group by
        person_lenses.period_type,
        person_lenses.lens_type,
        person_lenses.area_code,
        need_combinations.needs_combination
)

select * from counted
