with matches as (
    select * from {{ ref('int_failure_matches') }}
),

demand_costs as (
    select * from {{ ref('demand_costs') }}
),

costs as (
    select * from {{ ref('int_unit_costs') }}
),

described as (
    select * from {{ ref('int_people_described') }}
),

failure_demand as (
    select
        cast(matches.event_id as string) as event_id,
        cast(matches.person_id as string) as person_id,
        cast(matches.rule as string) as rule,
        cast(matches.event_type as string) as event_type,
        cast(
            case
                when matches.event_type = 'crisis' then matches.event_kind
                else 'none'
            end as string
        ) as crisis_type,
        cast(matches.sector as string) as presenting_sector,
        cast(matches.provider as string) as presenting_provider,
        cast(matches.origin_sector as string) as origin_sector,
        cast(matches.origin_provider as string) as origin_provider,
        cast(described.area_code as string) as area_code,
        cast(
            {{ dbt.datediff('matches.origin_date', 'matches.event_date', 'day') }}
            as integer
        ) as days_after_origin,
        cast(costs.unit_cost_pence as bigint) as unit_cost_pence,
        cast(costs.cost_status_type as string) as cost_status_type,
        cast(matches.is_primary as boolean) as is_primary,
        cast(matches.event_date as date) as event_date,
        cast(matches.origin_date as date) as origin_date
    from matches
    inner join demand_costs
        on
            matches.event_type = demand_costs.event_type
            and matches.event_kind = demand_costs.event_kind
    inner join costs on demand_costs.cost_item = costs.cost_item
    inner join described on matches.person_id = described.person_id
)

select * from failure_demand
