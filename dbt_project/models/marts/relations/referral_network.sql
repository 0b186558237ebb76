{# Share: its name, its numerator and its denominator. #}
{% set shares = [
    ('accepted', 'accepted_count', 'answered_count'),
    ('bounced', 'bounced_count', 'sender_known_count'),
    ('reached_help', 'reached_help_count', 'followed_count'),
] %}

with spread as (
    select
        *,
        accepted_count + rejected_count as answered_count
    from {{ ref('int_network_spread') }}
),

rules as (
    select * from {{ ref('int_relation_rules') }}
),

referral_network as (
    select
        cast(spread.period_type as string) as period_type,
        cast(spread.period_number as integer) as period_number,
        cast(spread.from_provider as string) as from_provider,
        cast(spread.from_sector as string) as from_sector,
        cast(spread.provider as string) as to_provider,
        cast(spread.sector as string) as to_sector,
        cast({{ status_by('spread.status_reason_type') }} as string) as status_type,
        cast(
            case
                when spread.followed_count > 0 then 'published'
                else 'not_available'
            end as string
        ) as follow_up_status_type,
        cast(spread.status_reason_type as string) as status_reason_type,
        {% for count in [
            'referrals', 'accepted', 'rejected', 'withdrawn', 'pending', 'answered',
            'waits', 'followed', 'sender_known',
        ] %}
            cast(spread.{{ count }}_count as bigint) as {{ count }}_count,
        {% endfor %}
        cast(
            case when spread.sender_known_count > 0 then spread.bounced_count end
            as bigint
        ) as bounced_count,
        cast(
            case when spread.followed_count > 0 then spread.reached_help_count end
            as bigint
        ) as reached_help_count,
        cast(spread.median_wait_days as double) as median_wait_days,
        {% for name, count, of_count in shares %}
            cast({{ share('spread.' ~ count, 'spread.' ~ of_count) }} as double)
                as {{ name }}_share,
            cast({{ wilson_low('spread.' ~ count, 'spread.' ~ of_count) }} as double)
                as {{ name }}_share_low,
            cast({{ wilson_high('spread.' ~ count, 'spread.' ~ of_count) }} as double)
                as {{ name }}_share_high,
        {% endfor %}
        cast(rules.follow_up_days as integer) as follow_up_days,
        cast(spread.providers_expected_count as bigint) as providers_expected_count,
        cast(spread.providers_received_count as bigint) as providers_received_count,
        cast(spread.period_start_date as date) as period_start_date,
        cast(spread.period_end_date as date) as period_end_date
    from spread
    cross join rules
)

select * from referral_network
