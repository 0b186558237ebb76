{% set readings = [
    ('from_provider', 'from_sector'),
    ("'all'", "'all'"),
] %}

with followed as (
    select * from {{ ref('int_referrals_followed') }}
),

periods as (
    select * from {{ ref('int_referral_periods') }}
),

{# Each sender by name, and all of them together. #}
senders as (
    {% for provider, sector in readings %}
        select
            followed.to_provider,
            followed.referral_date,
            followed.decision_type,
            followed.is_bounced,
            followed.is_followed,
            followed.is_sender_known,
            followed.has_reached_help,
            followed.wait_days,
            {{ provider }} as from_provider,
            {{ sector }} as from_sector
        from followed
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

counted as (
    select
        periods.period_type,
        periods.period_number,
        senders.from_provider,
        senders.from_sector,
        senders.to_provider,
        count(*) as referrals_count,
        {% for decision in ['accepted', 'rejected', 'withdrawn', 'pending'] %}
            count(*) filter (where senders.decision_type = '{{ decision }}')
                as {{ decision }}_count,
        {% endfor %}
        count(senders.wait_days) as waits_count,
        percentile_cont(0.5) within group (order by senders.wait_days)
            as median_wait_days,
        count(*) filter (where senders.is_followed) as followed_count,
        count(*) filter (where senders.is_followed and senders.is_sender_known)
            as sender_known_count,
        count(*) filter (where senders.is_followed and senders.is_bounced)
            as bounced_count,
        count(*) filter (where senders.is_followed and senders.has_reached_help)
            as reached_help_count
    from senders
    inner join periods
        on
            senders.referral_date
            between periods.period_start_date and periods.period_end_date
    group by
        periods.period_type,
        periods.period_number,
        senders.from_provider,
        senders.from_sector,
        senders.to_provider
)

select * from counted
