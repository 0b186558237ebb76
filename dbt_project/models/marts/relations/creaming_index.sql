{% set counts = [
    'most_accepted_count',
    'most_answered_count',
    'least_accepted_count',
    'least_answered_count',
] %}

with compared as (
    select * from {{ ref('int_bands_compared') }}
),

creaming_index as (
    select
        cast(period_type as string) as period_type,
        cast(period_number as integer) as period_number,
        cast(provider as string) as provider,
        cast(sector as string) as sector,
        cast({{ status_by('status_reason_type') }} as string) as status_type,
        cast(status_reason_type as string) as status_reason_type,
        {% for count in counts %}
            cast({{ count }} as bigint) as {{ count }},
        {% endfor %}
        cast(
            case
                when status_reason_type is null
                    then
                        {{ share(counts[0], counts[1]) }}
                        / ({{ share(counts[2], counts[3]) }})
            end as double
        ) as acceptance_ratio,
        {% for end, macro in [('low', katz_low), ('high', katz_high)] %}
            cast(
                case
                    when status_reason_type is null then {{ macro(*counts) }}
                end as double
            ) as acceptance_ratio_{{ end }},
        {% endfor %}
        cast(providers_expected_count as bigint) as providers_expected_count,
        cast(providers_received_count as bigint) as providers_received_count,
        cast(period_start_date as date) as period_start_date,
        cast(period_end_date as date) as period_end_date
    from compared
)

select * from creaming_index
