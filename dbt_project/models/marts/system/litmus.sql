with gaps as (
    select * from {{ ref('int_litmus_gaps') }}
),

-- the year before, told the same way
earlier as (
    select
        outcome_type,
        grouping_type,
        gap as gap_year_before
    from gaps
    where period_type = 'year_before' and not_available_reason is null
),

compared as (
    select
        gaps.*,
        case when gaps.period_type = 'last_year' then earlier.gap_year_before end
            as gap_year_before,
        gaps.not_available_reason is null as is_available
    from gaps
    left join earlier
        on
            gaps.outcome_type = earlier.outcome_type
            and gaps.grouping_type = earlier.grouping_type
),

litmus as (
    select
        cast(period_type as string) as period_type,
        cast(outcome_type as string) as outcome_type,
        cast(grouping_type as string) as grouping_type,
        cast(family_type as string) as family_type,
        cast(words as string) as words,
        cast(group_words as string) as group_words,
        cast(is_higher_better as boolean) as is_higher_better,
        cast(is_part_of_score as boolean) as is_part_of_score,
        case when is_available then 'published' else 'not_available' end as status_type,
        cast(not_available_reason as string) as not_available_reason,
        {% for side in ['excluded', 'others'] %}
            {% for count in ['count', 'of_count'] %}
                case
                    when is_available
                        then cast({{ side }}_{{ count }} as bigint)
                end as {{ side }}_{{ count }},
            {% endfor %}
            {% for figure in ['share', 'low', 'high'] %}
                case
                    when is_available
                        then cast(round({{ side }}_{{ figure }}, 4) as double)
                end as {{ side }}_{{ figure }},
            {% endfor %}
        {% endfor %}
        {% for figure in [
            'gap', 'gap_low', 'gap_high', 'ratio', 'gap_year_before',
            'gap - gap_year_before'
        ] %}
            case
                when is_available
                    then cast(round({{ figure }}, 4) as double)
            end as {{ 'gap_change' if '-' in figure else figure }},
        {% endfor %}
        case
            when not is_available then 'not_available'
            when is_worse then 'worse'
            when is_better then 'better'
            else 'no_clear_difference'
        end as reading_type,
        cast(providers_expected_count as bigint) as providers_expected_count,
        cast(providers_received_count as bigint) as providers_received_count,
        cast(period_start_date as date) as period_start_date,
        cast(period_end_date as date) as period_end_date
    from compared
)

select * from litmus
