{% set needs = ['homelessness', 'substance_use', 'offending', 'mental_health'] %}

{% set lenses = [
    ('in_service', 'is_in_service'),
    ('recorded', 'is_recorded'),
    ('either', 'is_in_service or is_recorded'),
] %}

with person_needs as (
    select * from {{ ref('int_person_needs') }}
),

described as (
    select * from {{ ref('int_people_described') }}
),

lensed as (
    {% for lens, condition in lenses %}
        select
            person_id,
            period_type,
            need_type,
            '{{ lens }}' as lens_type
        from person_needs
        where {{ condition }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

flagged as (
    select
        person_id,
        period_type,
        lens_type,
        {% for need in needs %}
            bool_or(need_type = '{{ need }}')
                as has_{{ need }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from lensed
    group by person_id, period_type, lens_type
),

placed as (
    select
        flagged.*,
        described.area_code
    from flagged
    inner join described on flagged.person_id = described.person_id
)

select * from placed
