with followed as (
    select * from {{ ref('int_crises_followed') }}
),

links as (
    select * from {{ ref('int_links_by_strength') }}
),

summed as (
    select
        period_type,
        crisis_type,
        touchpoint_sector,
        coalesce(area_code, 'all') as area_code,
        count(*) as crises_count,
        count(last_type) as crises_seen_count,
        count(last_type) filter (where helped_count = 0) as crises_without_help_count,
        sum(touchpoints_count) as touchpoints_count,
        sum(costed_count) as touchpoints_costed_count,
        sum(cost_pence) as cost_pence,
        percentile_cont(0.5) within group (order by touchpoints_count)
            as touchpoints_median
    from followed
    group by grouping sets (
        (period_type, crisis_type, touchpoint_sector, area_code),
        (period_type, crisis_type, touchpoint_sector)
    )
),

people as (
    select
        followed.period_type,
        followed.crisis_type,
        followed.touchpoint_sector,
        coalesce(followed.area_code, 'all') as area_code,
        {{ people_by_strength('links') }}
    from followed
    inner join links on followed.record_id = links.record_id
    group by grouping sets (
        (
            followed.period_type,
            followed.crisis_type,
            followed.touchpoint_sector,
            followed.area_code
        ),
        (followed.period_type, followed.crisis_type, followed.touchpoint_sector)
    )
),

joined as (
    select
        summed.*,
        people.people_low_count,
        people.people_count,
        people.people_high_count
    from summed
    inner join people
        on
            summed.period_type = people.period_type
            and summed.crisis_type = people.crisis_type
            and summed.touchpoint_sector = people.touchpoint_sector
            and summed.area_code = people.area_code
)

select * from joined
