-- Fails for each quarter and need whose areas do not sum to the whole place.
select
    period_start_date,
    need_type
from {{ ref('gap_drift') }}
where status_type = 'published'
group by period_start_date, need_type
having
    sum(case when area_code = 'all' then unmet_count else -unmet_count end) <> 0
    or sum(case when area_code = 'all' then start_count else -start_count end) <> 0
