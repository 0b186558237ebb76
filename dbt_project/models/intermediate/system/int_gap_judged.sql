{% set kept = [
    'period_start_date', 'period_end_date', 'area_code', 'need_type', 'is_covered',
    'rejected_count', 'waiting_count', 'unmet_count', 'start_count',
    'unmet_count_year_before', 'start_count_year_before', 'year_unmet_per_start',
    'founding_unmet_per_start',
] %}

with quarters as (
    select * from {{ ref('int_gap_quarters') }}
),

founding as (
    select * from {{ ref('int_gap_founding') }}
),

rules as (
    select * from {{ ref('int_system_rules') }}
),

measured as (
    select
        quarters.*,
        rules.closed_ratio,
        rules.widened_ratio,
        {{ share('quarters.year_unmet_count', 'quarters.year_start_count') }}
            as year_unmet_per_start,
        {{ share('founding.founding_unmet_count', 'founding.founding_start_count') }}
            as founding_unmet_per_start,
        -- a whole year after the first one, and enough events in both
        quarters.year_quarters_count = 4
        and quarters.quarter_number >= rules.founding_quarters + 4
        and coalesce(founding.founding_unmet_count, 0) > 0
        and founding.founding_start_count > 0
        and founding.founding_unmet_count + founding.founding_start_count
        >= rules.minimum_events
        and quarters.year_unmet_count + quarters.year_start_count
        >= rules.minimum_events as is_comparable
    from quarters
    cross join rules
    left join founding
        on
            quarters.area_code = founding.area_code
            and quarters.need_type = founding.need_type
),

compared as (
    select
        *,
        case
            when not is_comparable or year_unmet_per_start is null
                then 'not_available'
            when year_unmet_per_start <= closed_ratio * founding_unmet_per_start
                then 'closed'
            when year_unmet_per_start >= widened_ratio * founding_unmet_per_start
                then 'widened'
            else 'open'
        end as state_type
    from measured
),

-- closed here while another area's has widened: the gap has moved
judged as (
    select
        {% for column in kept %}
            {{ column }},
        {% endfor %}
        case
            when
                state_type = 'closed'
                and area_code <> 'all'
                and bool_or(state_type = 'widened' and area_code <> 'all') over (
                    partition by need_type, period_start_date
                )
                then 'moved'
            else state_type
        end as gap_type
    from compared
)

select * from judged
