{% set sectors = ['homelessness', 'drugs', 'offending', 'mental_health'] %}

with crises as (
    select * from {{ ref('int_crises_identified') }}
),

described as (
    select * from {{ ref('int_people_described') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

scopes as (
    {% for sector in ['all'] + sectors %}
        select '{{ sector }}' as touchpoint_sector
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

counted as (
    select * from {{ ref('int_touchpoints_counted') }}
),

-- a crisis is one of its area and one of the whole place
placed as (
    select
        person_id,
        area_code
    from described
    union all
    select
        person_id,
        'all' as area_code
    from described
),

followed as (
    select
        periods.period_type,
        crises.crisis_id,
        crises.crisis_type,
        crises.record_id,
        placed.area_code,
        scopes.touchpoint_sector,
        counted.cost_pence,
        counted.last_type,
        counted.last_sector,
        coalesce(counted.touchpoints_count, 0) as touchpoints_count,
        coalesce(counted.helped_count, 0) as helped_count,
        coalesce(counted.costed_count, 0) as costed_count
    from crises
    cross join scopes
    inner join periods
        on
            crises.crisis_date
            between periods.period_start_date and periods.period_end_date
    inner join placed on crises.person_id = placed.person_id
    left join counted
        on
            crises.crisis_id = counted.crisis_id
            and scopes.touchpoint_sector = counted.touchpoint_sector
)

select * from followed
