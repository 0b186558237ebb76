{{ config(materialized='view') }}

with unit_costs as (
    select * from {{ ref('unit_costs') }}
),

-- what nobody has published has no cost; that is not a cost of 0
costs as (
    select
        cost_item,
        cost_status_type,
        case when cost_status_type <> 'not_found' then pence end as unit_cost_pence
    from unit_costs
)

select * from costs
