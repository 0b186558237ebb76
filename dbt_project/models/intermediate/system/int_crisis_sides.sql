{{ config(materialized='view') }}

with points as (
    select * from {{ ref('int_crisis_points') }}
),

limits as (
    select *
    from {{ ref('int_crisis_limits') }}
    -- drops series that are too short or too rare to be judged
    where chart_type = 'judged'
),

sided as (
    select
        points.area_code,
        points.crisis_type,
        points.period_start_date,
        points.point_number,
        points.moving_range,
        limits.upper_range_limit,
        points.x > limits.upper_process_limit
        or points.x < limits.lower_process_limit as is_outside_limits,
        sign(points.x - limits.centre_line) as side,
        -- two thirds of the way to a limit, or further
        case
            when abs(points.x - limits.centre_line) > limits.near_distance
                then sign(points.x - limits.centre_line)
            else 0
        end as far_side,
        coalesce(
            sign(
                points.x - lag(points.x) over (
                    partition by points.area_code, points.crisis_type
                    order by points.point_number
                )
            ),
            0
        ) as step
    from points
    inner join limits
        on
            points.area_code = limits.area_code
            and points.crisis_type = limits.crisis_type
)

select * from sided
