{{ config(materialized='view') }}

with people_strengths as (
    select * from {{ ref('int_people_strengths') }}
),

strengths_counted as (
    select
        period_type,
        provider,
        {{ count_by_reading('people', 'needs_count > 0') }},
        {{ count_by_reading(
            'with_strength', 'needs_count > 0 and strengths_count > 0'
        ) }},
        coalesce(sum(needs_count) filter (
            where link_strength_type = 'central'
        ), 0) as needs_count,
        -- strengths of people with needs, so that the two can be set side by side
        coalesce(sum(strengths_count) filter (
            where link_strength_type = 'central' and needs_count > 0
        ), 0) as strengths_count
    from people_strengths
    group by period_type, provider
)

select * from strengths_counted
