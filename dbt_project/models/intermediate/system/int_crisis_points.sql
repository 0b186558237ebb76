with months as (
    select * from {{ ref('int_crisis_months') }}
),

-- months without a figure are left out, and the month after them follows the one before
points as (
    select
        area_code,
        crisis_type,
        period_start_date,
        cast(crises_count as double) as x,
        cast(
            row_number() over (
                partition by area_code, crisis_type order by period_start_date
            ) as integer
        ) as point_number,
        cast(
            abs(
                crises_count - lag(crises_count) over (
                    partition by area_code, crisis_type order by period_start_date
                )
            ) as double
        ) as moving_range
    from months
    -- drops months without a figure
    where reason_type is null
)

select * from points
