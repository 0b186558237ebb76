with provider_coverage as (
    select * from {{ ref('int_provider_coverage') }}
),

covered as (
    select
        period_type,
        period_start_date,
        period_end_date,
        sector,
        count(*) filter (where is_expected) as providers_expected_count,
        count(*) filter (where is_received) as providers_received_count,
        bool_or(is_received) as is_covered
    from provider_coverage
    group by period_type, period_start_date, period_end_date, sector
)

select * from covered
