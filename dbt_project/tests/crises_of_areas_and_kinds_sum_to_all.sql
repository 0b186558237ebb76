-- Fails for each month in which the crises of the areas, or of the kinds, do not sum to
-- all of them. Months with a kind that has no figure are left out.
with crisis_demand as (
    select * from {{ ref('crisis_demand') }}
),

whole as (
    select
        period_start_date,
        crises_count
    from crisis_demand
    where area_code = 'all' and crisis_type = 'all' and status_type = 'published'
),

summed as (
    select
        period_start_date,
        sum(case when crisis_type = 'all' then crises_count else 0 end) as areas_count,
        sum(case when area_code = 'all' then crises_count else 0 end) as kinds_count
    from crisis_demand
    where (area_code = 'all') <> (crisis_type = 'all')
    group by period_start_date
)

select whole.period_start_date
from whole
inner join summed on whole.period_start_date = summed.period_start_date
where
    whole.crises_count <> summed.areas_count
    or whole.crises_count <> summed.kinds_count
