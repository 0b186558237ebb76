-- Fails for each person with more months of load in a calendar year than it has.
select person_id
from {{ ref('coordination_load') }}
group by person_id, extract(year from month_date)
having count(*) > 12
