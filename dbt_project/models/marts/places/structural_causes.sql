{% set counts = [
    'people_count', 'people_low_count', 'people_high_count', 'answered_count'
] %}

with judged as (
    select * from {{ ref('int_causes_judged') }}
),

-- a cause that nobody was asked about is not one that nobody has
shown as (
    select
        period_type,
        period_start_date,
        period_end_date,
        sector,
        cause_type,
        status_reason_type,
        providers_expected_count,
        providers_received_count,
        {% for count in counts %}
            case when status_reason_type = 'available' then {{ count }} end
                as {{ count }},
        {% endfor %}
        case when is_covered then served_count end as served_count
    from judged
),

structural_causes as (
    select
        cast(period_type as string) as period_type,
        cast(sector as string) as sector,
        cast(cause_type as string) as cause_type,
        {{ status_of('people_count') }} as status_type,
        cast(status_reason_type as string) as status_reason_type,
        {% for count in counts %}
            cast({{ count }} as bigint) as {{ count }},
        {% endfor %}
        cast(served_count as bigint) as served_count,
        {{ share_with_interval('people', 'answered') }},
        {{ share('answered_count', 'served_count') }} as answered_share,
        cast(providers_expected_count as bigint) as providers_expected_count,
        cast(providers_received_count as bigint) as providers_received_count,
        cast(period_start_date as date) as period_start_date,
        cast(period_end_date as date) as period_end_date
    from shown
)

select * from structural_causes
