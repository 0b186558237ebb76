with followed as (
    select * from {{ ref('int_crises_followed') }}
),

counted as (
    select
        period_type,
        crisis_type,
        touchpoint_sector,
        area_code,
        last_type,
        last_sector,
        count(*) as last_chance_count
    from followed
    -- drops crises before which nobody saw the person
    where last_type is not null
    group by
        period_type,
        crisis_type,
        touchpoint_sector,
        area_code,
        last_type,
        last_sector
),

-- the commonest; of equals the first by name, so that a run repeats
commonest as (
    select *
    from counted
    qualify row_number() over (
        partition by period_type, crisis_type, touchpoint_sector, area_code
        order by last_chance_count desc, last_type asc, last_sector asc
    ) = 1
)

select * from commonest
