{% set sectors = ['homelessness', 'drugs', 'offending', 'mental_health'] %}

with crisis_types as (
    select * from {{ ref('crisis_types') }}
),

demand_costs as (
    select * from {{ ref('demand_costs') }}
    where event_type = 'crisis'
),

period_coverage as (
    select * from {{ ref('int_period_coverage') }}
    -- drops months and quarters
    where period_type in ('last_year', 'year_before')
),

scopes as (
    {% for sector in ['all'] + sectors %}
        select '{{ sector }}' as touchpoint_sector
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

areas as (
    select distinct
        period_type,
        crisis_type,
        area_code
    from {{ ref('int_crises_followed') }}
    union
    select
        period_coverage.period_type,
        crisis_types.crisis_type,
        'all' as area_code
    from period_coverage
    cross join crisis_types
),

judged as (
    select
        areas.crisis_type,
        areas.area_code,
        scopes.touchpoint_sector,
        demand_costs.sector as crisis_sector,
        period_coverage.period_type,
        period_coverage.period_start_date,
        period_coverage.period_end_date,
        period_coverage.providers_expected_count,
        period_coverage.providers_received_count,
        case
            when not crisis_types.is_observed then 'crisis_not_recorded'
            {% for sector in sectors %}
                when
                    not period_coverage.is_{{ sector }}_covered
                    and (
                        demand_costs.sector = '{{ sector }}'
                        or scopes.touchpoint_sector in ('all', '{{ sector }}')
                    )
                    then 'sector_not_covered'
            {% endfor %}
        end as status_reason_type
    from areas
    cross join scopes
    inner join period_coverage on areas.period_type = period_coverage.period_type
    inner join crisis_types on areas.crisis_type = crisis_types.crisis_type
    inner join demand_costs on areas.crisis_type = demand_costs.event_kind
)

select * from judged
