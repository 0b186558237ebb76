with banded as (
    select * from {{ ref('int_referrals_banded') }}
),

periods as (
    select * from {{ ref('int_referral_periods') }}
),

-- all: every band together, those of whom none is known among them
bands as (
    {{ also_as_all(
        'banded', ['provider', 'referral_date', 'decision_type'], 'complexity_band'
    ) }}
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
