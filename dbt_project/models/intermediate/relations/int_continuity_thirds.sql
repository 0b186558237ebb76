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
        judged.longest_relationship_days,
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

-- many keep one worker and share the highest index: the longer relationship is then
-- the steadier, and the id settles what is left
ranked as (
    select
        *,
        ntile(3) over (
            partition by complexity_band
            order by bice_boxerman_index, longest_relationship_days, person_id
        ) as third_number
    from banded
),

thirds as (
    select
        person_id,
        complexity_band,
        bice_boxerman_index,
        longest_relationship_days,
        case third_number when 1 then 'low' when 2 then 'middle' else 'high' end
            as continuity_third
    from ranked
)

select * from thirds
