with spread as (
    select * from {{ ref('int_continuity_outcomes_spread') }}
),

continuity_outcomes as (
    select
        cast(complexity_band as string) as complexity_band,
        cast(continuity_third as string) as continuity_third,
        cast(outcome_type as string) as outcome_type,
        cast({{ status_by('status_reason_type') }} as string) as status_type,
        cast(status_reason_type as string) as status_reason_type,
        cast(case when status_reason_type is null then people_count end as bigint)
            as people_count,
        cast(case when status_reason_type is null then with_outcome_count end as bigint)
            as with_outcome_count,
        cast(
            case
                when status_reason_type is null
                    then {{ share('with_outcome_count', 'people_count') }}
            end as double
        ) as outcome_share,
        {% for end, macro in [('low', wilson_low), ('high', wilson_high)] %}
            cast(
                case
                    when status_reason_type is null
                        then {{ macro('with_outcome_count', 'people_count') }}
                end as double
            ) as outcome_share_{{ end }},
        {% endfor %}
        {% for average in [
            'average_bice_boxerman_index', 'average_longest_relationship_days',
        ] %}
            cast(case when status_reason_type is null then {{ average }} end as double)
                as {{ average }},
        {% endfor %}
        cast(providers_expected_count as bigint) as providers_expected_count,
        cast(providers_received_count as bigint) as providers_received_count,
        cast(period_start_date as date) as period_start_date,
        cast(period_end_date as date) as period_end_date
    from spread
)

select * from continuity_outcomes
