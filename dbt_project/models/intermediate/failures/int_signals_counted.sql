with matches as (
    select * from {{ ref('int_failure_matches') }}
    -- drops what the provider saw itself: a signal tells what others saw
    where origin_provider <> provider
),

classified as (
    select * from {{ ref('int_demand_classified') }}
),

links as (
    select * from {{ ref('int_links_by_strength') }}
),

months as (
    select * from {{ ref('int_calendar') }}
    where period_type = 'month'
),

seen as (
    select
        months.period_start_date,
        matches.origin_provider,
        matches.rule,
        matches.event_type,
        matches.record_id,
        matches.is_primary,
        case when matches.is_primary then classified.unit_cost_pence end
            as unit_cost_pence
    from matches
    inner join classified on matches.event_id = classified.event_id
    inner join months
        on
            matches.event_date
            between months.period_start_date and months.period_end_date
),

events as (
    select
        period_start_date,
        origin_provider,
        rule,
        count(*) as events_count,
        count(*) filter (where is_primary) as events_primary_count,
        count(*) filter (where event_type = 'crisis') as crises_count,
        count(unit_cost_pence) as events_costed_count,
        sum(unit_cost_pence) as cost_pence
    from seen
    group by period_start_date, origin_provider, rule
),

people as (
    select
        seen.period_start_date,
        seen.origin_provider,
        seen.rule,
        {{ people_by_strength('links') }}
    from seen
    inner join links on seen.record_id = links.record_id
    group by seen.period_start_date, seen.origin_provider, seen.rule
),

counted as (
    select
        events.*,
        people.people_low_count,
        people.people_count,
        people.people_high_count
    from events
    inner join people
        on
            events.period_start_date = people.period_start_date
            and events.origin_provider = people.origin_provider
            and events.rule = people.rule
)

select * from counted
