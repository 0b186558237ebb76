{{ config(materialized='view') }}

{% set reports = ['own_export', 'goals', 'feedback', 'strengths'] %}

with periods as (
    select * from {{ ref('int_periods') }}
),

providers as (
    select * from {{ ref('int_providers') }}
),

reports_covered as (
    select * from {{ ref('int_reports_covered') }}
),

period_coverage as (
    select * from {{ ref('int_period_coverage') }}
),

provider_periods as (
    select
        {% for report in reports %}
            coalesce(bool_or(reports_covered.report_type = '{{ report }}'), false)
                as has_{{ report }},
        {% endfor %}
        periods.period_type,
        periods.period_start_date,
        periods.period_end_date,
        providers.provider,
        providers.sector,
        period_coverage.providers_expected_count,
        period_coverage.providers_received_count
    from periods
    cross join providers
    inner join period_coverage on periods.period_type = period_coverage.period_type
    left join reports_covered
        on
            periods.period_type = reports_covered.period_type
            and providers.provider = reports_covered.provider
    group by
        periods.period_type,
        periods.period_start_date,
        periods.period_end_date,
        providers.provider,
        providers.sector,
        period_coverage.providers_expected_count,
        period_coverage.providers_received_count
)

select * from provider_periods
