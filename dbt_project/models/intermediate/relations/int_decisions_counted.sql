with banded as (
    select * from {{ ref('int_referrals_banded') }}
),

periods as (
    select * from {{ ref('int_referral_periods') }}
),

-- all: every band together, those of whom none is known among them
bands as (
    {% for band in ['complexity_band', "'all'"] %}
        select
            provider,
            referral_date,
            decision_type,
            {{ band }} as complexity_band
        from banded
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

counted as (
    select
        periods.period_type,
        periods.period_number,
        bands.provider,
        bands.complexity_band,
        {% for decision in ['accepted', 'rejected', 'withdrawn', 'pending'] %}
            count(*) filter (where bands.decision_type = '{{ decision }}')
                as {{ decision }}_count,
        {% endfor %}
        count(*) as referrals_count
    from bands
    inner join periods
        on
            bands.referral_date
            between periods.period_start_date and periods.period_end_date
    group by
        periods.period_type,
        periods.period_number,
        bands.provider,
        bands.complexity_band
)

select * from counted
