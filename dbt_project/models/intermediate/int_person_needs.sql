with records_in_need as (
    select * from {{ ref('int_records_in_need') }}
),

person_needs as (
    select
        cast(person_id as string) as person_id,
        cast(period_type as string) as period_type,
        cast(need_type as string) as need_type,
        bool_or(is_in_service) as is_in_service,
        bool_or(is_recorded) as is_recorded
    from records_in_need
    group by person_id, period_type, need_type
)

select * from person_needs
