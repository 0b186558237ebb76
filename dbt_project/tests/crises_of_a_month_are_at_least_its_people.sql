-- Fails for each row with fewer crises than people, or whose readings of the links are
-- out of order: loose clusters hold strict ones, so they cannot be more.
select
    period_start_date,
    area_code,
    crisis_type
from {{ ref('crisis_demand') }}
where
    crises_count < people_count
    or people_low_count > people_count
    or people_count > people_high_count
