{% set counts = [
    'people_low_count',
    'people_count',
    'people_high_count',
    'crises_count',
    'events_count',
    'events_primary_count',
    'events_costed_count',
] %}

with judged as (
    select * from {{ ref('int_signals_judged') }}
),

counted as (
    select * from {{ ref('int_signals_counted') }}
),

upstream_signals as (
    select
        cast(judged.provider as string) as provider,
        cast(judged.sector as string) as sector,
        cast(judged.rule as string) as rule,
        cast(judged.remedy as string) as remedy,
        {{ status_by('judged.status_reason_type') }} as status_type,
        cast(judged.status_reason_type as string) as status_reason_type,
        {% for count in counts %}
            case
                when judged.status_reason_type is null
                    then cast(coalesce(counted.{{ count }}, 0) as bigint)
            end as {{ count }},
        {% endfor %}
        case
            when judged.status_reason_type is null
                then cast(counted.cost_pence as bigint)
        end as cost_pence,
        cast(judged.providers_expected_count as bigint) as providers_expected_count,
        cast(judged.providers_received_count as bigint) as providers_received_count,
        cast(judged.period_start_date as date) as month_date
    from judged
    left join counted
        on
            judged.provider = counted.origin_provider
            and judged.rule = counted.rule
            and judged.period_start_date = counted.period_start_date
)

select * from upstream_signals
