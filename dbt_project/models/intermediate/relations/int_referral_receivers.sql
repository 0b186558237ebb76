{{ config(materialized='view') }}

with periods as (
    select * from {{ ref('int_referral_periods') }}
),

provider_coverage as (
    select * from {{ ref('int_provider_coverage') }}
),

sourced as (
    select * from {{ ref('int_referrals_sourced') }}
),

period_coverage as (
    select * from {{ ref('int_period_coverage') }}
),

receives as (
    select distinct to_provider as provider from sourced
),

-- why a figure of the provider cannot be told for the period, where it cannot
receivers as (
    select
        periods.period_type,
        periods.period_number,
        periods.period_start_date,
        periods.period_end_date,
        provider_coverage.provider,
        provider_coverage.sector,
        period_coverage.providers_expected_count,
        period_coverage.providers_received_count,
        case
            when not provider_coverage.is_received then 'not_received'
            when receives.provider is null then 'no_referrals_recorded'
        end as status_reason_type
    from periods
    inner join provider_coverage
        on
            periods.period_type = provider_coverage.period_type
            and periods.period_end_date = provider_coverage.period_end_date
    inner join period_coverage
        on
            periods.period_type = period_coverage.period_type
            and periods.period_end_date = period_coverage.period_end_date
    left join receives on provider_coverage.provider = receives.provider
)

select * from receivers
