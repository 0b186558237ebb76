{% set needs = ['homelessness', 'substance_use', 'offending', 'mental_health'] %}

{% set lenses = [
    ('in_service', 'is_in_service'),
    ('recorded', 'is_recorded'),
    ('either', 'is_in_service or is_recorded'),
] %}

with needs_by_strength as (
    select * from {{ ref('int_needs_by_strength') }}
),

placed as (
    select * from {{ ref('int_readings_placed') }}
),

lensed as (
    {% for lens, condition in lenses %}
        select
            link_strength_type,
            person_id,
            period_type,
            need_type,
            '{{ lens }}' as lens_type
        from needs_by_strength
        where {{ condition }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

flagged as (
    select
        link_strength_type,
        person_id,
        period_type,
        lens_type,
        {% for need in needs %}
            bool_or(need_type = '{{ need }}')
                as has_{{ need }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from lensed
    group by link_strength_type, person_id, period_type, lens_type
),

lenses as (
    select
        flagged.*,
        placed.area_code
    from flagged
    inner join placed
        on
            flagged.link_strength_type = placed.link_strength_type
            and flagged.person_id = placed.person_id
)

select * from lenses
