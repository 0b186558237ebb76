with crises as (
    select * from {{ ref('int_crises_identified') }}
),

types as (
    select * from {{ ref('crisis_demand_types') }}
),

described as (
    select * from {{ ref('int_people_described') }}
),

links as (
    select * from {{ ref('int_links_by_strength') }}
),

linked as (
    select
        crises.crisis_id,
        crises.crisis_type,
        described.area_code,
        links.link_strength_type,
        links.person_id,
        {{ month_of('crises.crisis_date') }} as period_start_date
    from crises
    -- drops kinds of crisis that are not counted over time
    inner join types on crises.crisis_type = types.crisis_type
    inner join described on crises.person_id = described.person_id
    inner join links on crises.record_id = links.record_id
),

-- each crisis counts in its own area and kind, and in the whole of either
totalled as (
    {% for area in ['area_code', "'all'"] %}
        {% for type in ['crisis_type', "'all'"] %}
            select
                {{ area }} as area_code,
                {{ type }} as crisis_type,
                crisis_id,
                link_strength_type,
                person_id,
                period_start_date
            from linked
            {% if not loop.last %}union all{% endif %}
        {% endfor %}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

counted as (
    select
        totalled.period_start_date,
        totalled.area_code,
        totalled.crisis_type,
        count(distinct totalled.crisis_id) as crises_count,
        {{ people_by_strength('totalled') }}
    from totalled
    group by totalled.period_start_date, totalled.area_code, totalled.crisis_type
)

select * from counted
