with records_in_need as (
    select * from {{ ref('int_records_in_need') }}
),

links as (
    select * from {{ ref('int_links_by_strength') }}
),

described as (
    select * from {{ ref('int_people_described') }}
),

-- a door is an episode in the need's own sector, whichever of the records had it
people as (
    select
        links.person_id,
        links.link_strength_type,
        records_in_need.period_type,
        records_in_need.need_type,
        bool_or(records_in_need.has_episode) as has_episode
    from records_in_need
    inner join links on records_in_need.record_id = links.record_id
    group by
        links.person_id,
        links.link_strength_type,
        records_in_need.period_type,
        records_in_need.need_type
),

-- the area is that of the people as linked now, in every reading
areas as (
    select distinct
        links.person_id,
        links.link_strength_type,
        described.area_code
    from links
    inner join records_in_need on links.record_id = records_in_need.record_id
    inner join described on records_in_need.person_id = described.person_id
    union all
    select distinct
        person_id,
        link_strength_type,
        'all' as area_code
    from links
),

area_needs as (
    select
        people.period_type,
        areas.area_code,
        people.need_type,
        {{ count_by_reading('people_in_need', relation='people') }},
        {{ count_by_reading('no_door', 'not people.has_episode', 'people') }}
    from people
    inner join areas
        on
            people.person_id = areas.person_id
            and people.link_strength_type = areas.link_strength_type
    group by people.period_type, areas.area_code, people.need_type
)

select * from area_needs
