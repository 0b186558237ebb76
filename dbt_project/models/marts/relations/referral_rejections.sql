with spread as (
    select * from {{ ref('int_decisions_spread') }}
),

counted as (
    select * from {{ ref('int_rejections_counted') }}
),

{# Every band has a row of all reasons, then one of each reason that was given. #}
reasons as (
    select
        spread.*,
        'all' as decision_reason_type,
        spread.rejected_count as of_reason_count
    from spread
    union all
    select
        spread.*,
        counted.decision_reason_type,
        counted.rejected_count as of_reason_count
    from spread
    inner join counted
        on
            spread.period_type = counted.period_type
            and spread.period_number = counted.period_number
            and spread.provider = counted.provider
            and spread.complexity_band = counted.complexity_band
    -- drops reasons of bands that have no figure
    where spread.status_reason_type is null
),

referral_rejections as (
    select
        cast(period_type as string) as period_type,
        cast(period_number as integer) as period_number,
        cast(provider as string) as provider,
        cast(sector as string) as sector,
        cast(complexity_band as string) as complexity_band,
        cast(decision_reason_type as string) as decision_reason_type,
        cast({{ status_by('status_reason_type') }} as string) as status_type,
        cast(status_reason_type as string) as status_reason_type,
        cast(of_reason_count as bigint) as rejected_count,
        cast(referrals_count as bigint) as of_referrals_count,
        cast({{ share('of_reason_count', 'referrals_count') }} as double)
            as rejected_share,
        cast({{ wilson_low('of_reason_count', 'referrals_count') }} as double)
            as rejected_share_low,
        cast({{ wilson_high('of_reason_count', 'referrals_count') }} as double)
            as rejected_share_high,
        cast(providers_expected_count as bigint) as providers_expected_count,
        cast(providers_received_count as bigint) as providers_received_count,
        cast(period_start_date as date) as period_start_date,
        cast(period_end_date as date) as period_end_date
    from reasons
)

select * from referral_rejections
