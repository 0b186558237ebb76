{{ config(materialized='view') }}

with described as (
    select * from {{ ref('int_people_described') }}
),

by_area as (
    select
        area_code,
        count(*) as known_people_count
    from described
    group by area_code
),

-- the whole place has a row even where nobody is known
whole as (
    select
        'all' as area_code,
        count(*) as known_people_count
    from described
),

unioned as (
    select * from by_area
    union all
    select * from whole
)

select * from unioned
