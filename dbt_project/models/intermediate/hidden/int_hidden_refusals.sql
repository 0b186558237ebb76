{{ config(materialized='view') }}

with measured as (
    select * from {{ ref('int_hidden_measured') }}
),

-- all three readings of the links must support an estimate: one that stands at the
-- central reading alone hangs on links that are in doubt
broken as (
    select
        period_type,
        area_code,
        words
        || case link_strength_type
            when 'strict' then ', when only the surest links are kept'
            when 'loose' then ', when doubtful links are kept too'
            else ''
        end as status_reason,
        row_number() over (
            partition by period_type, area_code
            order by
                case link_strength_type
                    when 'central' then 1
                    when 'strict' then 2
                    else 3
                end,
                rule_number
        ) as reason_number
    from measured
    where
        (bound_type = 'least' and measured_count < threshold)
        or (bound_type = 'most' and measured_count > threshold)
),

refusals as (
    select
        period_type,
        area_code,
        status_reason
    from broken
    -- drops reasons after the first
    where reason_number = 1
)

select * from refusals
