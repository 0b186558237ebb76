{{ config(materialized='view') }}

with sector_needs as (
    {% for sector, need in [
        ('homelessness', 'homelessness'),
        ('drugs', 'substance_use'),
        ('offending', 'offending'),
        ('mental_health', 'mental_health'),
    ] %}
        select
            '{{ sector }}' as sector,
            '{{ need }}' as need_type
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from sector_needs
