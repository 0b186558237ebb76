{{ config(materialized='view') }}

with needs_by_strength as (
    select * from {{ ref('int_needs_by_strength') }}
),

person_needs as (
    select
        person_id,
        period_type,
        need_type,
        is_in_service,
        is_recorded
    from needs_by_strength
    -- drops the stricter and the looser reading of the links
    where link_strength_type = 'central'
)

select * from person_needs
