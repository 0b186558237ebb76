{{ config(materialized='view') }}

with bookings as (
    select * from {{ ref('int_offending__bookings_dated') }}
),

-- how far any earlier booking of the same record reaches; open ones reach for ever
reached as (
    select
        *,
        max(coalesce(end_date, cast('9999-12-30' as date))) over (
            partition by record_id
            order by begin_date, booking_id
            rows between unbounded preceding and 1 preceding
        ) as earlier_end_date
    from bookings
),

-- a booking that begins by the day after is the same stay, recorded in two rows
numbered as (
    select
        *,
        sum(
            case
                when begin_date <= {{ days_after('earlier_end_date', 1) }} then 0
                else 1
            end
        ) over (
            partition by record_id
            order by begin_date, booking_id
            rows between unbounded preceding and current row
        ) as stay_number
    from reached
),

stays as (
    select
        record_id,
        stay_number,
        min(provider) as provider,
        min(begin_date) as start_date,
        min(booking_id) as episode_id,
        max(coalesce(end_date, cast('9999-12-30' as date))) as last_end_date,
        max_by(release_type, coalesce(end_date, cast('9999-12-30' as date)))
            as release_type
    from numbered
    group by record_id, stay_number
),

closed as (
    select
        episode_id,
        record_id,
        provider,
        start_date,
        case
            when last_end_date < cast('9999-12-30' as date) then last_end_date
        end as end_date,
        case
            when last_end_date < cast('9999-12-30' as date) then release_type
        end as release_type
    from stays
)

select * from closed
