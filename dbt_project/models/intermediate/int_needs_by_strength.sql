with needs_by_sector as (
    select * from {{ ref('int_needs_by_sector') }}
),

needs as (
    select
        link_strength_type,
        person_id,
        period_type,
        need_type,
        bool_or(is_in_service) as is_in_service,
        bool_or(is_recorded) as is_recorded
    from needs_by_sector
    group by link_strength_type, person_id, period_type, need_type
)

select * from needs
