-- Fails for each crisis before which one meeting (person, provider, kind, day) counts
-- twice, or which has no last chance or more than one.
with opportunities as (
    select * from {{ ref('missed_opportunities') }}
),

repeated as (
    select crisis_id
    from opportunities
    group by
        crisis_id,
        touchpoint_type,
        touchpoint_provider,
        touchpoint_date
    having count(*) > 1
),

unlike_one as (
    select crisis_id
    from opportunities
    group by crisis_id
    having count(*) filter (where is_last_chance) <> 1
)

select crisis_id from repeated
union all
select crisis_id from unlike_one
