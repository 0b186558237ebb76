{% set flags = [
    'is_outside_limits', 'is_outside_range_limit', 'is_shift', 'is_trend',
    'is_near_limit', 'is_special_cause',
] %}

{% set lines = [
    'centre_line',
    'mean_moving_range',
    'lower_process_limit',
    'upper_process_limit',
    'upper_range_limit',
] %}

with months as (
    select * from {{ ref('int_crisis_months') }}
),

limits as (
    select * from {{ ref('int_crisis_limits') }}
),

signals as (
    select * from {{ ref('int_crisis_signals') }}
),

period_coverage as (
    select * from {{ ref('int_period_coverage') }}
    -- drops quarters and rolling years
    where period_type = 'month'
),

crisis_demand as (
    select
        cast(months.period_start_date as date) as period_start_date,
        cast(months.period_end_date as date) as period_end_date,
        cast(months.area_code as string) as area_code,
        cast(months.crisis_type as string) as crisis_type,
        {{ status_by('months.reason_type') }} as status_type,
        cast(months.reason_type as string) as reason_type,
        cast(months.crises_count as bigint) as crises_count,
        cast(months.people_count as bigint) as people_count,
        cast(months.people_low_count as bigint) as people_low_count,
        cast(months.people_high_count as bigint) as people_high_count,
        cast(months.known_people_count as bigint) as known_people_count,
        round({{ share('1000 * months.crises_count', 'months.known_people_count') }}, 4)
            as crises_per_1000_known_people,
        coalesce(limits.chart_type, 'too_few_points') as chart_type,
        cast(coalesce(limits.points_count, 0) as bigint) as points_count,
        cast(signals.moving_range as double) as moving_range,
        {% for line in lines %}
            case when limits.chart_type = 'judged' then limits.{{ line }} end
                as {{ line }},
        {% endfor %}
        {% for flag in flags %}
            signals.{{ flag }},
        {% endfor %}
        cast(signals.signal_type as string) as signal_type,
        cast(period_coverage.providers_expected_count as bigint)
            as providers_expected_count,
        cast(period_coverage.providers_received_count as bigint)
            as providers_received_count
    from months
    inner join period_coverage
        on months.period_end_date = period_coverage.period_end_date
    left join limits
        on
            months.area_code = limits.area_code
            and months.crisis_type = limits.crisis_type
    left join signals
        on
            months.area_code = signals.area_code
            and months.crisis_type = signals.crisis_type
            and months.period_start_date = signals.period_start_date
)

select * from crisis_demand
