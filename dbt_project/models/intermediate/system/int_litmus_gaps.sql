{{ config(materialized='view') }}

with judged as (
    select * from {{ ref('int_litmus_judged') }}
),

gaps as (
    select
        *,
        excluded_share - others_share as gap,
        {{ newcombe_low(
            'excluded_share', 'excluded_low', 'others_share', 'others_high'
        ) }} as gap_low,
        {{ newcombe_high(
            'excluded_share', 'excluded_high', 'others_share', 'others_low'
        ) }} as gap_high,
        excluded_share / nullif(others_share, 0) as ratio
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
