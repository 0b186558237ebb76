with points as (
    select * from {{ ref('int_crisis_points') }}
),

rules as (
    select * from {{ ref('int_system_rules') }}
),

lengths as (
    select
        area_code,
        crisis_type,
        count(*) as points_count
    from points
    group by area_code, crisis_type
),

baselines as (
    select
        points.area_code,
        points.crisis_type,
        avg(points.x) as centre_line,
        avg(points.moving_range) as mean_moving_range
    from points
    cross join rules
    -- drops months after the baseline, which are judged by it
    where points.point_number <= rules.baseline_points
    group by points.area_code, points.crisis_type
),

charted as (
    select
        baselines.*,
        lengths.points_count,
        rules.near_limit_factor * baselines.mean_moving_range as near_distance,
        rules.process_limit_factor * baselines.mean_moving_range as limit_distance,
        rules.range_limit_factor * baselines.mean_moving_range as upper_range_limit,
        case
            when lengths.points_count < rules.minimum_points then 'too_few_points'
            when baselines.centre_line < rules.minimum_mean then 'too_rare'
            else 'judged'
        end as chart_type
    from baselines
    inner join lengths
        on
            baselines.area_code = lengths.area_code
            and baselines.crisis_type = lengths.crisis_type
    cross join rules
),

-- rounded as they are published, so that a month is judged by what its reader sees
limits as (
    select
        area_code,
        crisis_type,
        chart_type,
        points_count,
        round(centre_line, 4) as centre_line,
        round(mean_moving_range, 4) as mean_moving_range,
        round(near_distance, 4) as near_distance,
        round(centre_line + limit_distance, 4) as upper_process_limit,
        -- fewer crises than none there cannot be
        round(greatest(centre_line - limit_distance, 0), 4) as lower_process_limit,
        round(upper_range_limit, 4) as upper_range_limit
    from charted
)

select * from limits
