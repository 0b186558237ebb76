with links_by_strength as (
    select * from {{ ref('int_links_by_strength') }}
),

person_links as (
    select * from {{ ref('stg_commonground__person_links') }}
),

described as (
    select * from {{ ref('int_people_described') }}
),

-- people of another reading live where the people in use live whose records they hold
placed as (
    select
        links_by_strength.link_strength_type,
        links_by_strength.person_id,
        coalesce(max(nullif(described.area_code, 'not_known')), 'not_known')
            as area_code
    from links_by_strength
    inner join person_links
        on links_by_strength.record_id = person_links.record_id
    inner join described on person_links.person_id = described.person_id
    group by links_by_strength.link_strength_type, links_by_strength.person_id
)

select * from placed
