{% set sectors = [
    ('homelessness', 'homelessness'),
    ('drugs', 'substance_use'),
    ('offending', 'offending'),
    ('mental_health', 'mental_health'),
] %}

with counted as (
    select * from {{ ref('int_overlaps_counted') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

need_combinations as (
    select * from {{ ref('need_combinations') }}
),

coverage as (
    select
        periods.period_type,
        coalesce(sum(covered.providers_expected_count), 0) as providers_expected_count,
        coalesce(sum(covered.providers_received_count), 0) as providers_received_count,
        {% for sector, need in sectors %}
        coalesce(
            bool_or(covered.sector = '{{ sector }}' and covered.providers_received_count > 0),
            false
        ) as has_{{ sector }}{{ ',' if not loop.last }}
        {% endfor %}
    from periods
    left join {{ ref('int_sector_coverage') }} as covered
        on periods.period_type = covered.period_type
    group by periods.period_type
),

-- a missing provider is not zero need: such a figure is not available
judged as (
    select
        counted.*,
        {% for sector, need in sectors %}
        (coverage.has_{{ sector }} or not need_combinations.has_{{ need }})
        {{ 'and' if not loop.last }}
        {% endfor %}
        as is_available
    from counted
    inner join coverage on counted.period_type = coverage.period_type
    inner join need_combinations
        on counted.needs_combination = need_combinations.needs_combination
),

need_overlaps as (
    select
        cast(judged.period_type as string) as period_type,
        cast(judged.area_code as string) as area_code,
        cast(judged.lens_type as string) as lens_type,
        cast(judged.needs_combination as string) as needs_combination,
        case when judged.is_available then 'published' else 'not_available' end
            as status_type,
        case when judged.is_available then cast(judged.people_count as bigint) end
            as people_count,
        cast(need_combinations.needs_count as integer) as needs_count,
        cast(need_combinations.smd_level as integer) as smd_level,
        cast(coverage.providers_expected_count as bigint) as providers_expected_count,
        cast(coverage.providers_received_count as bigint) as providers_received_count,
        {% for sector, need in sectors %}
        cast(need_combinations.has_{{ need }} as boolean) as has_{{ need }},
        {% endfor %}
        cast(periods.period_start_date as date) as period_start_date,
        cast(periods.period_end_date as date) as period_end_date
    from judged
    inner join periods on judged.period_type = periods.period_type
    inner join coverage on judged.period_type = coverage.period_type
    inner join need_combinations
        on judged.needs_combination = need_combinations.needs_combination
)

select * from need_overlaps
