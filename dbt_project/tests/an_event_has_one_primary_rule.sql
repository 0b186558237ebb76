-- Fails for each event of failure demand that has no primary rule, or more than one.
select event_id
from {{ ref('failure_demand') }}
group by event_id
having count(*) filter (where is_primary) <> 1
