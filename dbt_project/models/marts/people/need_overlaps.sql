{% set sector_needs = {
    'homelessness': 'homelessness',
    'drugs': 'substance_use',
    'offending': 'offending',
    'mental_health': 'mental_health',
} %}

with counted as (
    select * from {{ ref('int_overlaps_counted') }}
),

period_coverage as (
    select * from {{ ref('int_period_coverage') }}
),

need_combinations as (
    select * from {{ ref('need_combinations') }}
),

-- a missing provider is not zero need: a figure is available only if every sector of
-- its combination has sent something that covers the period
judged as (
    select
        counted.area_code,
        counted.lens_type,
        counted.people_central_count as people_count,
        {% for name, pick in [('low', 'least'), ('high', 'greatest')] %}
            {{ pick }}(
                counted.people_strict_count,
                counted.people_central_count,
                counted.people_loose_count
            ) as people_{{ name }}_count,
        {% endfor %}
        need_combinations.*,
        period_coverage.*,
        {% for sector, need in sector_needs.items() %}
            (not has_{{ need }} or is_{{ sector }}_covered)
            {% if not loop.last %}and{% endif %}
        {% endfor %}
            as is_available
    from counted
    inner join period_coverage on counted.period_type = period_coverage.period_type
    inner join need_combinations
        on counted.needs_combination = need_combinations.needs_combination
),

need_overlaps as (
    select
        cast(period_type as string) as period_type,
        cast(area_code as string) as area_code,
        cast(lens_type as string) as lens_type,
        cast(needs_combination as string) as needs_combination,
        case when is_available then 'published' else 'not_available' end as status_type,
        {% for count in ['people_count', 'people_low_count', 'people_high_count'] %}
            case when is_available then cast({{ count }} as bigint) end as {{ count }},
        {% endfor %}
        cast(needs_count as integer) as needs_count,
        cast(smd_level as integer) as smd_level,
        cast(providers_expected_count as bigint) as providers_expected_count,
        cast(providers_received_count as bigint) as providers_received_count,
        {% for need in sector_needs.values() %}
            cast(has_{{ need }} as boolean) as has_{{ need }},
        {% endfor %}
        cast(period_start_date as date) as period_start_date,
        cast(period_end_date as date) as period_end_date
    from judged
)

select * from need_overlaps
