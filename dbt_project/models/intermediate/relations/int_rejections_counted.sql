{{ config(materialized='view') }}

with banded as (
    select *
    from {{ ref('int_referrals_banded') }}
    -- drops referrals that were not refused
    where decision_type = 'rejected'
),

periods as (
    select * from {{ ref('int_referral_periods') }}
),

bands as (
    {{ also_as_all(
        'banded', ['provider', 'referral_date', 'decision_reason_type'], 'complexity_band'
    ) }}
),

counted as (
    select
        periods.period_type,
        periods.period_number,
        bands.provider,
        bands.complexity_band,
        bands.decision_reason_type,
        count(*) as rejected_count
    from bands
    inner join periods
        on
            bands.referral_date
            between periods.period_start_date and periods.period_end_date
    group by
        periods.period_type,
        periods.period_number,
        bands.provider,
        bands.complexity_band,
        bands.decision_reason_type
)

select * from counted
