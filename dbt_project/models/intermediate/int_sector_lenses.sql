with by_sector as (
    select * from {{ ref('int_needs_by_sector') }}
),

in_service as (
    select *
    from by_sector
    -- drops what a sector wrote down of people it did not serve
    where is_in_service
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
