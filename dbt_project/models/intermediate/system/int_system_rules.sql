{{ config(materialized='view') }}

{% set rules = [
    'process_limit_factor',
    'range_limit_factor',
    'near_limit_factor',
    'run_points',
    'trend_points',
    'baseline_points',
    'minimum_points',
    'minimum_mean',
    'wait_days',
    'worker_contacts',
    'founding_quarters',
    'closed_ratio',
    'widened_ratio',
    'minimum_events',
] %}

{% set whole = ['wait_days'] %}

with system_rules as (
    select * from {{ ref('system_rules') }}
),

spread as (
    select
        {% for rule in rules %}
            {% set value = "max(case when rule = '" ~ rule ~ "' then value end)" %}
            {% if rule in whole %}
                cast({{ value }} as integer) as {{ rule }}
            {%- else %}
                {{ value }} as {{ rule }}
            {%- endif %}
            {%- if not loop.last %},{% endif %}
        {% endfor %}
    from system_rules
)

select * from spread
