{{ config(materialized='view') }}

{% set rules = [
    'load_days',
    'maze_workers',
    'reask_days',
    'handover_days',
    'referrer_days',
    'follow_up_days',
    'contacts_minimum',
    'workers_named_percent',
    'relationship_gap_days',
    'moving_days',
    'creaming_minimum',
] %}

with relation_rules as (
    select * from {{ ref('relation_rules') }}
),

spread as (
    select
        {% for rule in rules %}
            max(case when rule = '{{ rule }}' then value end) as {{ rule }}
            {%- if not loop.last %},{% endif %}
        {% endfor %}
    from relation_rules
)

select * from spread
