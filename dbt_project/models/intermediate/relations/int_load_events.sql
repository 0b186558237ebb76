{{ config(materialized='view') }}

{% set sources = [
    ('assessment', 'int_assessments_unioned', 'assessment_date'),
    ('handover', 'int_handovers', 'handover_date'),
    ('fact_reasked', 'int_facts_reasked', 'asked_date'),
] %}

with events as (
    {% for type, model, day in sources %}
        select
            person_id,
            '{{ type }}' as event_type,
            {{ day }} as event_date
        from {{ ref(model) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from events
