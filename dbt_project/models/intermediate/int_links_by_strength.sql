{{ config(materialized='view') }}

{% set readings = [
    ('strict', 'strict_person_id'),
    ('central', 'person_id'),
    ('loose', 'loose_person_id'),
] %}

with person_links as (
    select * from {{ ref('stg_commonground__person_links') }}
),

readings as (
    {% for reading, column in readings %}
        select
            record_id,
            '{{ reading }}' as link_strength_type,
            {{ column }} as person_id
        from person_links
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from readings
