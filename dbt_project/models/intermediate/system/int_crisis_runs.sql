{{ config(materialized='view') }}

{% set series = 'partition by area_code, crisis_type' %}

with sides as (
    select * from {{ ref('int_crisis_sides') }}
),

-- points on one side, or steps in one direction, that follow each other share a run
numbered as (
    select
        *,
        {% for name in ['side', 'step'] %}
            point_number - row_number() over (
                {{ series }}, {{ name }} order by point_number
            ) as {{ name }}_run,
        {% endfor %}
        {% for name, sign in [('above', 1), ('below', -1)] %}
            count(case when far_side = {{ sign }} then 1 end) over (
                {{ series }} order by point_number
                rows between 2 preceding and current row
            ) as far_{{ name }}_of_three{% if not loop.last %},{% endif %}
        {% endfor %}
    from sides
),

measured as (
    select
        area_code,
        crisis_type,
        period_start_date,
        point_number,
        moving_range,
        upper_range_limit,
        is_outside_limits,
        side,
        step,
        far_side,
        {% for name in ['side', 'step'] %}
            count(*) over ({{ series }}, {{ name }}, {{ name }}_run)
                as {{ name }}_length,
        {% endfor %}
        {% for name in ['above', 'below'] %}
            max(far_{{ name }}_of_three) over (
                {{ series }} order by point_number
                rows between current row and 2 following
            ) as most_far_{{ name }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from numbered
)

select * from measured
