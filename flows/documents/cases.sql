-- One row per case of a panel, in the order in which cases are shared out.
-- Reads the warehouse, households and doubted; makes chosen, in memory. The rule and its
-- reasons are told in cases.py.

create table chosen as
with counted as (
    select
        crisis_id, person_id, crisis_type, area_code, crisis_date,
        count(distinct touchpoint_id) as touchpoints,
        count(distinct touchpoint_id) filter (where is_help_given is not true)
            as missed,
    from warehouse.main.missed_opportunities
    where touchpoint_id is not null
        and person_id not in (
            select person_id from doubted where health = 'disputed'
        )
    group by all
    having missed > 0
),

ranked as (
    select *, row_number() over (
        order by missed desc, touchpoints desc, crisis_date desc, crisis_id
    ) as rank
    from counted
),

of_persons as (
    from ranked qualify rank = min(rank) over (partition by person_id)
),

-- first of every household they were ever of
second_of_household as (
    select person_id
    from of_persons
    inner join households using (person_id)
    qualify rank > min(rank) over (partition by household_id)
),

of_households as (
    from of_persons where person_id not in (from second_of_household)
),

in_strata as (
    select
        *,
        count(*) over stratum as people,
        row_number() over (stratum order by rank) as turn,
    from of_households
    window stratum as (partition by area_code, crisis_type)
),

shared_out as (
    select *, row_number() over (
        order by if(turn = 1, 'infinity'::double, people / (turn - 1)) desc,
            people desc, area_code, crisis_type
    ) as place_in_line
    from in_strata
    qualify place_in_line <= $wanted
),

described as (
    select
        person_id,
        age_band,
        count(*) over (partition by age_band) as of_age,
    from warehouse.main.people
),

areas as (
    select area_code, count(*) as of_area
    from warehouse.main.people
    where area_code <> 'not_known'
    group by area_code
),

aged as (
    select area_code, age_band, count(*) as of_both
    from warehouse.main.people
    group by all
)

select
    crisis_id,
    person_id,
    coalesce(
        replace(timeline.words, 'Crisis: ', ''), replace(crisis_type, '_', ' ')
    ) as crisis,
    if(of_area >= $smallest, area_code, '') as area,
    if(
        if(of_area >= $smallest, of_both, of_age) >= $smallest
            and age_band <> 'not_known',
        age_band,
        ''
    ) as age_band,
    doubted.health is not null as is_unsure,
    place_in_line,
from shared_out
left join described using (person_id)
left join areas using (area_code)
left join aged using (area_code, age_band)
left join doubted using (person_id)
left join warehouse.main.person_timeline as timeline
    on timeline.event_id = shared_out.crisis_id;
