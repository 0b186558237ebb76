-- Fails for each period, lens and combination whose areas do not sum to the whole.
select
    period_type,
    lens_type,
    needs_combination
from {{ ref('need_overlaps') }}
where status_type = 'published'
group by period_type, lens_type, needs_combination
having
    sum(case when area_code = 'all' then people_count else 0 end)
    <> sum(case when area_code = 'all' then 0 else people_count end)
