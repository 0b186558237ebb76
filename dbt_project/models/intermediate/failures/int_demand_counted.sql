{% set sides = ['origin', 'presenting'] %}

with by_record as (
    select * from {{ ref('int_demand_by_record') }}
),

links as (
    select * from {{ ref('int_links_by_strength') }}
),

-- a record's demand is part of its cell and of the whole place
placed as (
    select * from by_record
    union all
    select
        period_type,
        rule,
        {% for side in sides %}
            'all' as {{ side }}_sector,
            'all' as {{ side }}_provider,
        {% endfor %}
        record_id,
        events_count,
        events_costed_count,
        cost_pence
    from by_record
),

-- a record has one link by each reading: events count by the central one alone
counted as (
    select
        placed.period_type,
        placed.rule,
        {% for side in sides %}
            placed.{{ side }}_sector,
            placed.{{ side }}_provider,
        {% endfor %}
        {% for count in ['events_count', 'events_costed_count', 'cost_pence'] %}
            sum(
                case
                    when links.link_strength_type = 'central' then placed.{{ count }}
                end
            ) as {{ count }},
        {% endfor %}
        {{ people_by_strength('links') }}
    from placed
    inner join links on placed.record_id = links.record_id
    group by
        placed.period_type,
        placed.rule,
        {% for side in sides %}
            placed.{{ side }}_sector,
            placed.{{ side }}_provider{% if not loop.last %},{% endif %}
        {% endfor %}
)

select * from counted
