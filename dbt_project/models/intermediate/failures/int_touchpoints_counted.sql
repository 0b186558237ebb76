with before_crises as (
    select * from {{ ref('int_touchpoints_before_crises') }}
),

-- a touchpoint is one of its sector and one of all
seen as (
    select
        crisis_id,
        'all' as touchpoint_sector,
        place_rank as last_rank,
        touchpoint_type,
        touchpoint_sector as seen_sector,
        is_help_given,
        unit_cost_pence
    from before_crises
    union all
    select
        crisis_id,
        touchpoint_sector,
        sector_rank as last_rank,
        touchpoint_type,
        touchpoint_sector as seen_sector,
        is_help_given,
        unit_cost_pence
    from before_crises
),

counted as (
    select
        crisis_id,
        touchpoint_sector,
        count(*) as touchpoints_count,
        count(*) filter (where is_help_given) as helped_count,
        count(unit_cost_pence) as costed_count,
        sum(unit_cost_pence) as cost_pence,
        max(case when last_rank = 1 then touchpoint_type end) as last_type,
        max(case when last_rank = 1 then seen_sector end) as last_sector
    from seen
    group by crisis_id, touchpoint_sector
)

select * from counted
