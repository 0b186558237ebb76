{% set sectors = ['homelessness', 'drugs', 'offending', 'mental_health'] %}

with calendar as (
    select * from {{ ref('int_calendar') }}
),

sector_coverage as (
    select * from {{ ref('int_sector_coverage') }}
),

covered as (
    select
        calendar.period_type,
        calendar.period_start_date,
        calendar.period_end_date,
        coalesce(sum(sector_coverage.providers_expected_count), 0)
            as providers_expected_count,
        coalesce(sum(sector_coverage.providers_received_count), 0)
            as providers_received_count,
        {% for sector in sectors %}
            coalesce(
                bool_or(
                    sector_coverage.sector = '{{ sector }}'
                    and sector_coverage.is_covered
                ),
                false
            ) as is_{{ sector }}_covered{% if not loop.last %},{% endif %}
        {% endfor %}
    from calendar
    left join sector_coverage
        on
            calendar.period_type = sector_coverage.period_type
            and calendar.period_end_date = sector_coverage.period_end_date
    group by
        calendar.period_type,
        calendar.period_start_date,
        calendar.period_end_date
)

select * from covered
