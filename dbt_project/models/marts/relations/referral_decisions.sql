with spread as (
    select
        *,
        accepted_count + rejected_count as answered_count
    from {{ ref('int_decisions_spread') }}
),

referral_decisions as (
    select
        cast(period_type as string) as period_type,
        cast(period_number as integer) as period_number,
        cast(provider as string) as provider,
        cast(sector as string) as sector,
        cast(complexity_band as string) as complexity_band,
        cast({{ status_by('status_reason_type') }} as string) as status_type,
        cast(status_reason_type as string) as status_reason_type,
        {% for count in [
            'referrals', 'accepted', 'rejected', 'withdrawn', 'pending', 'answered',
        ] %}
            cast({{ count }}_count as bigint) as {{ count }}_count,
        {% endfor %}
        {{ share_with_interval('accepted', 'answered') }},
        cast(providers_expected_count as bigint) as providers_expected_count,
        cast(providers_received_count as bigint) as providers_received_count,
        cast(period_start_date as date) as period_start_date,
        cast(period_end_date as date) as period_end_date
    from spread
)

select * from referral_decisions
