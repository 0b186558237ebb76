{% set sectors = ['homelessness', 'drugs', 'offending', 'mental_health'] %}

with periods as (
    select * from {{ ref('int_periods') }}
),

sector_coverage as (
    select * from {{ ref('int_sector_coverage') }}
),

covered as (
    select
        periods.period_type,
        periods.period_start_date,
        periods.period_end_date,
        coalesce(sum(sector_coverage.providers_expected_count), 0)
            as providers_expected_count,
        coalesce(sum(sector_coverage.providers_received_count), 0)
            as providers_received_count,
        {% for sector in sectors %}
            coalesce(
                bool_or(
                    sector_coverage.sector = '{{ sector }}'
                    and sector_coverage.providers_received_count > 0
                ),
                false
            ) as is_{{ sector }}_covered{% if not loop.last %},{% endif %}
        {% endfor %}
    from periods
    left join sector_coverage on periods.period_type = sector_coverage.period_type
    group by
        periods.period_type,
        periods.period_start_date,
        periods.period_end_date
)

select * from covered
