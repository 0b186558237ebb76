{{ config(materialized='view') }}

{# Which events a rule asks about. #}
{% set asked = {
    'repeat_presentation': "event_type = 'referral'",
    'bounced_referral': "event_type = 'referral'",
    'discharge_to_nowhere': "sector = 'homelessness' and (event_type = 'referral'"
        ~ " or recorded_type in ('bedded_down', 'first_night_rough_sleeping'))",
    'crisis_after_refusal': "event_type = 'crisis'",
    'dropped_then_crisis': "event_type = 'crisis'",
    'reassessment': "event_type = 'assessment'",
    'chasing': 'is_chasing',
} %}

with events as (
    select * from {{ ref('int_demand_events') }}
),

candidates as (
    {% for rule, condition in asked.items() %}
        select
            event_id,
            event_type,
            event_kind,
            record_id,
            person_id,
            sector,
            provider,
            event_date,
            '{{ rule }}' as rule
        from events
        where {{ condition }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from candidates
