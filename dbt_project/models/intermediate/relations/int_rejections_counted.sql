{{ config(materialized='view') }}

with banded as (
    select * from {{ ref('int_referrals_banded') }}
),

periods as (
    select * from {{ ref('int_referral_periods') }}
),

bands as (
    {% for band in ['complexity_band', "'all'"] %}
        select
            provider,
            referral_date,
            decision_reason_type,
            {{ band }} as complexity_band
        from banded
        -- drops referrals that were not refused
        where decision_type = 'rejected'
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
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
