{{ config(materialized='view') }}

with people_voices as (
    select * from {{ ref('int_people_voices') }}
),

voices_counted as (
    select
        period_type,
        provider,
        {{ count_by_reading('people') }},
        {{ count_by_reading('own_goal', 'has_own_goal') }},
        {{ count_by_reading('no_voice', 'not has_voice') }}
    from people_voices
    group by period_type, provider
)

select * from voices_counted
