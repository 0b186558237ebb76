{% set keys = ['origin_sector', 'origin_provider', 'presenting_sector',
    'presenting_provider'] %}
{% set counts = [
    'events_count', 'events_costed_count',
    'people_low_count', 'people_count', 'people_high_count',
    'demand_count',
] %}

with judged as (
    select * from {{ ref('int_demand_judged') }}
),

counted as (
    select * from {{ ref('int_demand_counted') }}
),

-- all demand that presented there: what a failure is a share of
presented as (
    select
        period_type,
        presenting_provider,
        sum(events_count) as demand_count
    from counted
    group by period_type, presenting_provider
),

-- a figure that is not available keeps no count
joined as (
    select
        judged.*,
        case when judged.status_reason_type is null then counted.cost_pence end
            as cost_pence,
        {% for count in counts %}
            case
                when judged.status_reason_type is null
                    then cast(coalesce({{ count }}, 0) as bigint)
            end as {{ count }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from judged
    left join counted
        on
            judged.period_type = counted.period_type
            and judged.rule = counted.rule
            and judged.origin_provider = counted.origin_provider
            and judged.presenting_provider = counted.presenting_provider
    left join presented
        on
            judged.period_type = presented.period_type
            and judged.presenting_provider = presented.presenting_provider
),

failure_demand_matrix as (
    select
        cast(period_type as string) as period_type,
        case when rule = 'none' then 'value' else 'failure' end as demand_type,
        cast(rule as string) as rule,
        {% for key in keys %}
            cast({{ key }} as string) as {{ key }},
        {% endfor %}
        {{ status_by('status_reason_type') }} as status_type,
        cast(status_reason_type as string) as status_reason_type,
        {% for count in counts %}
            {{ count }},
        {% endfor %}
        cast({{ share('events_count', 'demand_count') }} as double) as demand_share,
        cast({{ wilson_low('events_count', 'demand_count') }} as double)
            as demand_low_share,
        cast({{ wilson_high('events_count', 'demand_count') }} as double)
            as demand_high_share,
        cast(cost_pence as bigint) as cost_pence,
        cast(providers_expected_count as bigint) as providers_expected_count,
        cast(providers_received_count as bigint) as providers_received_count,
        cast(period_start_date as date) as period_start_date,
        cast(period_end_date as date) as period_end_date
    from joined
)

select * from failure_demand_matrix
