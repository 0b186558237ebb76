-- Fails for each cost item whose pence and status disagree: a cost that was not found
-- counts for nothing, and one that was found is more than nothing.
select unit_costs.cost_item
from {{ ref('unit_costs') }} as unit_costs
inner join {{ ref('int_unit_costs') }} as priced
    on unit_costs.cost_item = priced.cost_item
where
    case
        when unit_costs.cost_status_type = 'not_found'
            then priced.unit_cost_pence is not null or unit_costs.pence <> 0
        else coalesce(priced.unit_cost_pence, 0) <= 0
    end
