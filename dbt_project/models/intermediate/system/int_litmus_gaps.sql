{{ config(materialized='view') }}

with judged as (
    select * from {{ ref('int_litmus_judged') }}
),

gaps as (
    select
        *,
        round(excluded_share - others_share, 4) as gap,
        round({{ newcombe_low(
            'excluded_share', 'excluded_low', 'others_share', 'others_high'
        ) }}, 4) as gap_low,
        round({{ newcombe_high(
            'excluded_share', 'excluded_high', 'others_share', 'others_low'
        ) }}, 4) as gap_high,
        round(excluded_share / nullif(others_share, 0), 4) as ratio
    from judged
),

-- a gap is worse for the most excluded when it points away from what is better
signed as (
    select
        *,
        case when is_higher_better then gap_high < 0 else gap_low > 0 end as is_worse,
        case when is_higher_better then gap_low > 0 else gap_high < 0 end as is_better
    from gaps
)

select * from signed
