-- Fails for each period and lens whose 15 regions do not sum to its people with a need.
-- Periods with a figure that is not available cannot be summed and are left out.
with regions as (
    select
        period_type,
        lens_type,
        sum(people_count) as people_count
    from {{ ref('need_overlaps') }}
    where area_code = 'all'
    group by period_type, lens_type
    having count(people_count) = 15
),

people as (
    select
        period_type,
        lens_type,
        count(distinct person_id) as people_count
    from {{ ref('int_person_lenses') }}
    where link_strength_type = 'central'
    group by period_type, lens_type
)

select
    regions.period_type,
    regions.lens_type
from regions
left join people
    on
        regions.period_type = people.period_type
        and regions.lens_type = people.lens_type
where regions.people_count <> coalesce(people.people_count, 0)
