with events as (
    select * from {{ ref('int_demand_events') }}
),

primary_matches as (
    select * from {{ ref('int_failure_matches') }}
    -- drops further rules of the same event, so that totals count it once
    where is_primary
),

demand_costs as (
    select * from {{ ref('demand_costs') }}
),

costs as (
    select * from {{ ref('int_unit_costs') }}
),

-- demand that no rule calls failure is value demand, and originates where it presents
classified as (
    select
        events.event_id,
        events.event_type,
        events.record_id,
        events.person_id,
        events.event_date,
        events.sector as presenting_sector,
        events.provider as presenting_provider,
        costs.unit_cost_pence,
        costs.cost_status_type,
        coalesce(primary_matches.rule, 'none') as rule,
        coalesce(primary_matches.origin_sector, events.sector) as origin_sector,
        coalesce(primary_matches.origin_provider, events.provider) as origin_provider
    from events
    inner join demand_costs
        on
            events.event_type = demand_costs.event_type
            and events.event_kind = demand_costs.event_kind
    inner join costs on demand_costs.cost_item = costs.cost_item
    left join primary_matches on events.event_id = primary_matches.event_id
)

select * from classified
