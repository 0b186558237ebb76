{{ config(materialized='view') }}

with counted as (
    select * from {{ ref('int_network_counted') }}
),

receivers as (
    select * from {{ ref('int_referral_receivers') }}
),

-- every provider has a row of all its senders, so that one that is silent, or sends
-- no referrals, is seen and not missing
edges as (
    select
        period_type,
        period_number,
        provider as to_provider,
        'all' as from_provider,
        'all' as from_sector
    from receivers
    union
    select
        period_type,
        period_number,
        to_provider,
        from_provider,
        from_sector
    from counted
),

spread as (
    select
        receivers.period_type,
        receivers.period_number,
        receivers.period_start_date,
        receivers.period_end_date,
        receivers.provider,
        receivers.sector,
        receivers.providers_expected_count,
        receivers.providers_received_count,
        receivers.status_reason_type,
        edges.from_provider,
        edges.from_sector,
        counted.median_wait_days,
        {% for count in [
            'referrals', 'accepted', 'rejected', 'withdrawn', 'pending', 'waits',
            'followed', 'sender_known', 'bounced', 'reached_help',
        ] %}
            case
                when receivers.status_reason_type is null
                    then coalesce(counted.{{ count }}_count, 0)
            end as {{ count }}_count{% if not loop.last %},{% endif %}
        {% endfor %}
    from edges
    inner join receivers
        on
            edges.period_type = receivers.period_type
            and edges.period_number = receivers.period_number
            and edges.to_provider = receivers.provider
    left join counted
        on
            edges.period_type = counted.period_type
            and edges.period_number = counted.period_number
            and edges.to_provider = counted.to_provider
            and edges.from_provider = counted.from_provider
            and edges.from_sector = counted.from_sector
)

select * from spread
