with record_needs as (
    select * from {{ ref('int_record_needs') }}
),

links_by_strength as (
    select * from {{ ref('int_links_by_strength') }}
),

-- what each sector itself knows of a person; in its own service it knows its own need
needs as (
    select
        links_by_strength.link_strength_type,
        links_by_strength.person_id,
        record_needs.period_type,
        record_needs.sector,
        record_needs.need_type,
        bool_or(record_needs.is_in_service) as is_in_service,
        bool_or(record_needs.is_recorded) as is_recorded
    from record_needs
    inner join links_by_strength
        on record_needs.record_id = links_by_strength.record_id
    group by
        links_by_strength.link_strength_type,
        links_by_strength.person_id,
        record_needs.period_type,
        record_needs.sector,
        record_needs.need_type
)

select * from needs
