{% set sectors = ['homelessness', 'drugs', 'offending', 'mental_health'] %}

with counted as (
    select * from {{ ref('int_demand_counted') }}
),

period_coverage as (
    select * from {{ ref('int_period_coverage') }}
    where period_type in ('last_year', 'year_before')
),

rules as (
    select
        rule,
        is_supplied
    from {{ ref('int_rules_supplied') }}
    union all
    select
        'none' as rule,
        true as is_supplied
),

-- the whole place has a row for every rule, events or none
cells as (
    select
        period_type,
        rule,
        origin_sector,
        origin_provider,
        presenting_sector,
        presenting_provider
    from counted
    union
    select
        period_coverage.period_type,
        rules.rule,
        {% for key in ['origin', 'presenting'] %}
            'all' as {{ key }}_sector,
            'all' as {{ key }}_provider{% if not loop.last %},{% endif %}
        {% endfor %}
    from period_coverage
    cross join rules
),

-- value demand is what no rule calls failure: it needs every sector, for a step that
-- was not sent calls nothing failure
judged as (
    select
        cells.rule,
        cells.origin_sector,
        cells.origin_provider,
        cells.presenting_sector,
        cells.presenting_provider,
        period_coverage.period_type,
        period_coverage.period_start_date,
        period_coverage.period_end_date,
        period_coverage.providers_expected_count,
        period_coverage.providers_received_count,
        case
            when not rules.is_supplied then 'field_not_supplied'
            {% for sector in sectors %}
                when
                    not period_coverage.is_{{ sector }}_covered
                    and (
                        cells.rule = 'none'
                        or cells.origin_sector in ('all', '{{ sector }}')
                        or cells.presenting_sector = '{{ sector }}'
                    )
                    then 'sector_not_covered'
            {% endfor %}
        end as status_reason_type
    from cells
    inner join period_coverage on cells.period_type = period_coverage.period_type
    inner join rules on cells.rule = rules.rule
)

select * from judged
