-- Fails for each provider whose signals do not sum to the failures that others saw of
-- it, over the months that are published.
with signals as (
    select
        provider,
        sum(events_primary_count) as events_count
    from {{ ref('upstream_signals') }}
    where status_type = 'published'
    group by provider
),

seen as (
    select
        failures.origin_provider as provider,
        count(*) as events_count
    from {{ ref('failure_demand') }} as failures
    inner join {{ ref('upstream_signals') }} as signals
        on
            failures.origin_provider = signals.provider
            and failures.rule = signals.rule
            and {{ month_of('failures.event_date') }} = signals.month_date
    where
        failures.is_primary
        and failures.presenting_provider <> failures.origin_provider
        and signals.status_type = 'published'
    group by failures.origin_provider
)

select signals.provider
from signals
left join seen on signals.provider = seen.provider
where signals.events_count <> coalesce(seen.events_count, 0)
