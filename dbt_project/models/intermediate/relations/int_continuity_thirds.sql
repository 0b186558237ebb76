with judged as (
    select * from {{ ref('int_continuity_judged') }}
),

complexity as (
    select * from {{ ref('int_people_complexity') }}
),

-- continuity comes first and what followed it is looked at after: the year before
banded as (
    select
        judged.person_id,
        judged.bice_boxerman_index,
        coalesce(
            'quarter_' || cast(complexity.complexity_quarter as string), 'not_known'
        ) as complexity_band
    from judged
    left join complexity
        on
            judged.person_id = complexity.person_id
            and judged.period_type = complexity.period_type
    -- drops the last year, and people of whom no index can be told
    where
        judged.period_type = 'year_before'
        and judged.status_reason_type is null
),

ranked as (
    select
        *,
        rank() over (
            partition by complexity_band
            order by bice_boxerman_index
        ) as first_rank,
        count(*) over (
            partition by complexity_band, bice_boxerman_index
        ) as ties_count,
        count(*) over (partition by complexity_band) as people_count
    from banded
),

-- people alike in the index stay in one third, the one in which their middle falls
thirds as (
    select
        person_id,
        complexity_band,
        bice_boxerman_index,
        case
            when first_rank + (ties_count - 1) / 2.0 <= (people_count + 1) / 3.0
                then 'low'
            when first_rank + (ties_count - 1) / 2.0 <= 2 * (people_count + 1) / 3.0
                then 'middle'
            else 'high'
        end as continuity_third
    from ranked
)

select * from thirds
