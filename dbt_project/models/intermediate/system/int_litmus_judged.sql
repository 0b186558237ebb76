{% set sides = ['excluded', 'others'] %}

{% set kept = [
    'period_type', 'period_start_date', 'period_end_date', 'outcome_type',
    'family_type', 'grouping_type', 'words', 'group_words', 'is_higher_better',
    'is_part_of_score', 'not_available_reason', 'providers_expected_count',
    'providers_received_count', 'excluded_count', 'excluded_of_count',
    'others_count', 'others_of_count',
] %}

with outcomes as (
    select * from {{ ref('litmus_outcomes') }}
),

groupings as (
    select * from {{ ref('litmus_groupings') }}
),

counted as (
    select * from {{ ref('int_litmus_counted') }}
),

period_coverage as (
    select * from {{ ref('int_period_coverage') }}
),

framed as (
    select
        outcomes.*,
        groupings.grouping_type,
        period_coverage.*,
        {% for side in sides %}
            coalesce(counted.{{ side }}_count, 0) as {{ side }}_count,
            coalesce(counted.{{ side }}_of_count, 0) as {{ side }}_of_count,
        {% endfor %}
        period_coverage.is_homelessness_covered
        and period_coverage.is_drugs_covered
        and period_coverage.is_offending_covered
        and period_coverage.is_mental_health_covered as is_covered
    from outcomes
    inner join groupings on outcomes.family_type = groupings.family_type
    inner join period_coverage on groupings.period_type = period_coverage.period_type
    left join counted
        on
            outcomes.outcome_type = counted.outcome_type
            and groupings.period_type = counted.period_type
            and groupings.grouping_type = counted.grouping_type
),

reasoned as (
    select
        *,
        case
            when not is_observed then reason
            when not is_covered
                then 'A sector did not report for the period; every figure needs all'
            when excluded_of_count + others_of_count = 0
                then 'No provider supplied anything of the kind for the period'
            when excluded_of_count = 0 or others_of_count = 0
                then 'Nothing of the kind is known of one of the two groups'
        end as not_available_reason
    from framed
),

judged as (
    select
        {% for column in kept %}
            {{ column }},
        {% endfor %}
        {% for side in sides %}
            {{ share(side ~ '_count', side ~ '_of_count') }} as {{ side }}_share,
            {{ wilson_low(side ~ '_count', side ~ '_of_count') }} as {{ side }}_low,
            {{ wilson_high(side ~ '_count', side ~ '_of_count') }}
                as {{ side }}_high{% if not loop.last %},{% endif %}
        {% endfor %}
    from reasoned
)

select * from judged
