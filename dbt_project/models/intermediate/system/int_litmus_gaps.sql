{{ config(materialized='view') }}

{% set kept = [
    'period_type', 'period_start_date', 'period_end_date', 'outcome_type',
    'family_type', 'grouping_type', 'words', 'group_words', 'is_higher_better',
    'is_part_of_score', 'not_available_reason', 'providers_expected_count',
    'providers_received_count', 'excluded_count', 'excluded_of_count',
    'excluded_share', 'excluded_low', 'excluded_high', 'others_count',
    'others_of_count', 'others_share', 'others_low', 'others_high', 'gap',
    'gap_low', 'gap_high', 'ratio',
] %}

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
        {% for column in kept %}
            {{ column }},
        {% endfor %}
        case when is_higher_better then gap_high < 0 else gap_low > 0 end as is_worse,
        case when is_higher_better then gap_low > 0 else gap_high < 0 end as is_better
    from gaps
)

select * from signed
