{{ config(materialized='view') }}

with bookings as (
    select * from {{ ref('stg_offending__bookings') }}
),

movements as (
    select * from {{ ref('stg_offending__movements') }}
),

-- numbers are not always in date order: dates decide
moved as (
    select
        booking_id,
        min(case when movement_type = 'admission' then movement_date end)
            as admission_date,
        max(case when movement_type = 'release' then movement_date end)
            as release_date,
        max_by(reason_code, movement_date) filter (where movement_type = 'release')
            as release_code
    from movements
    group by booking_id
),

dated as (
    select
        bookings.booking_id,
        bookings.record_id,
        bookings.provider,
        coalesce(bookings.begin_date, moved.admission_date) as begin_date,
        coalesce(
            bookings.end_date,
            case when not bookings.is_active then moved.release_date end
        ) as end_date,
        case
            when moved.release_code in ('DEC', 'ESCP', 'UAL', 'UAL_ECL', 'HP')
                then moved.release_code
            else 'released'
        end as release_type
    from bookings
    left join moved on bookings.booking_id = moved.booking_id
    -- drops bookings without any date: they cannot be placed in a person's story
    where coalesce(bookings.begin_date, moved.admission_date) is not null
)

select * from dated
