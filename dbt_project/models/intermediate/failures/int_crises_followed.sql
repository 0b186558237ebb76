{% set sectors = ['homelessness', 'drugs', 'offending', 'mental_health'] %}

with crises as (
    select * from {{ ref('int_crises_identified') }}
),

before_crises as (
    select * from {{ ref('int_touchpoints_before_crises') }}
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

-- what was seen before each crisis, in every sector together and in each
counted as (
    {% for scope, rank in [("'all'", 'place_rank'), ('touchpoint_sector', 'sector_rank')] %}
        select
            crisis_id,
            {{ scope }} as touchpoint_sector,
            count(*) as touchpoints_count,
            count(*) filter (where is_help_given) as helped_count,
            count(unit_cost_pence) as costed_count,
            sum(unit_cost_pence) as cost_pence,
            max(case when {{ rank }} = 1 then touchpoint_type end) as last_type,
            max(case when {{ rank }} = 1 then before_crises.touchpoint_sector end)
                as last_sector
        from before_crises
        group by {{ 'crisis_id' if loop.first else 'crisis_id, touchpoint_sector' }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

followed as (
    select
        periods.period_type,
        crises.crisis_id,
        crises.crisis_type,
        crises.record_id,
        described.area_code,
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
    inner join described on crises.person_id = described.person_id
    left join counted
        on
            crises.crisis_id = counted.crisis_id
            and scopes.touchpoint_sector = counted.touchpoint_sector
)

select * from followed
