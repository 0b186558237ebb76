{% set keys = ['period_type', 'crisis_type', 'touchpoint_sector', 'area_code'] %}

with followed as (
    select * from {{ ref('int_crises_followed') }}
),

links as (
    select * from {{ ref('int_links_by_strength') }}
),

crises as (
    select
        {{ keys | join(', ') }},
        count(*) as crises_count,
        count(last_type) as crises_seen_count,
        count(last_type) filter (where helped_count = 0) as crises_without_help_count,
        sum(touchpoints_count) as touchpoints_count,
        sum(costed_count) as touchpoints_costed_count,
        sum(cost_pence) as cost_pence,
        percentile_cont(0.5) within group (order by touchpoints_count)
            as touchpoints_median
    from followed
    group by {{ keys | join(', ') }}
),

people as (
    select
        {% for key in keys %}
            followed.{{ key }},
        {% endfor %}
        {{ people_by_strength('links') }}
    from followed
    inner join links on followed.record_id = links.record_id
    group by followed.{{ keys | join(', followed.') }}
),

summed as (
    select
        crises.period_type,
        crises.crisis_type,
        crises.touchpoint_sector,
        crises.area_code,
        crises.crises_count,
        crises.crises_seen_count,
        crises.crises_without_help_count,
        crises.touchpoints_count,
        crises.touchpoints_costed_count,
        crises.cost_pence,
        crises.touchpoints_median,
        people.people_low_count,
        people.people_count,
        people.people_high_count
    from crises
    inner join people
        on
            {% for key in keys %}
                crises.{{ key }} = people.{{ key }}
                {% if not loop.last %}and{% endif %}
            {% endfor %}
)

select * from summed
