with record_needs as (
    select * from {{ ref('int_record_needs') }}
),

links_by_strength as (
    select * from {{ ref('int_links_by_strength') }}
),

-- what each sector itself knows of a person; in its own service it knows its own need
by_sector as (
    select
        links_by_strength.link_strength_type,
        links_by_strength.person_id,
        record_needs.period_type,
        record_needs.sector,
        record_needs.need_type,
        bool_or(record_needs.is_in_service) as is_in_service
    from record_needs
    inner join links_by_strength
        on record_needs.record_id = links_by_strength.record_id
    group by
        links_by_strength.link_strength_type,
        links_by_strength.person_id,
        record_needs.period_type,
        record_needs.sector,
        record_needs.need_type
),

in_service as (
    select * from by_sector where is_in_service
),

needs as (
    select * from {{ ref('int_needs_by_strength') }}
),

seen as (
    select
        in_service.link_strength_type,
        in_service.period_type,
        in_service.sector,
        needs.need_type,
        count(*) as people_whole_count,
        count(by_sector.person_id) as people_own_count
    from in_service
    inner join needs
        on
            in_service.link_strength_type = needs.link_strength_type
            and in_service.person_id = needs.person_id
            and in_service.period_type = needs.period_type
    left join by_sector
        on
            needs.link_strength_type = by_sector.link_strength_type
            and needs.person_id = by_sector.person_id
            and needs.period_type = by_sector.period_type
            and needs.need_type = by_sector.need_type
            and in_service.sector = by_sector.sector
    group by
        in_service.link_strength_type,
        in_service.period_type,
        in_service.sector,
        needs.need_type
)

select * from seen
