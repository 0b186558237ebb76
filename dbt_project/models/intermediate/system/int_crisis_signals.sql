{% set series = 'partition by area_code, crisis_type order by point_number' %}

with runs as (
    select * from {{ ref('int_crisis_runs') }}
),

rules as (
    select * from {{ ref('int_system_rules') }}
),

-- a trend of seven points is six steps; the point it starts from belongs to it
stepped as (
    select
        runs.*,
        rules.run_points,
        case
            when runs.step_length >= rules.trend_points - 1 then runs.step
            else 0
        end as trend_step
    from runs
    cross join rules
),

judged as (
    select
        area_code,
        crisis_type,
        period_start_date,
        side,
        moving_range,
        is_outside_limits,
        coalesce(
            nullif(trend_step, 0), lead(trend_step) over ({{ series }}), 0
        ) as trend_side,
        coalesce(moving_range > upper_range_limit, false) as is_outside_range_limit,
        side <> 0 and side_length >= run_points as is_shift,
        coalesce(
            (far_side = 1 and most_far_above >= 2)
            or (far_side = -1 and most_far_below >= 2),
            false
        ) as is_near_limit
    from stepped
),

signals as (
    select
        *,
        trend_side <> 0 as is_trend,
        is_outside_limits or is_shift or is_near_limit or trend_side <> 0
            as is_special_cause,
        case
            when is_outside_limits or is_shift or is_near_limit
                then case when side > 0 then 'above' else 'below' end
            when trend_side > 0 then 'rising'
            when trend_side < 0 then 'falling'
            else 'none'
        end as signal_type
    from judged
)

select * from signals
