{% set people = ['people_count', 'people_low_count', 'people_high_count'] %}
{% set told = [
    'with_strength_count', 'with_strength_low_count', 'with_strength_high_count',
    'strengths_count',
] %}

with provider_periods as (
    select * from {{ ref('int_provider_periods') }}
),

counted as (
    select * from {{ ref('int_strengths_counted') }}
),

-- a provider that does not send strengths is not one whose people have none
shown as (
    select
        {% for count in people + ['needs_count'] %}
            case
                when provider_periods.has_own_export
                    then coalesce(counted.{{ count }}, 0)
            end as {{ count }},
        {% endfor %}
        {% for count in told %}
            case
                when provider_periods.has_own_export and provider_periods.has_strengths
                    then coalesce(counted.{{ count }}, 0)
            end as {{ count }},
        {% endfor %}
        provider_periods.*
    from provider_periods
    left join counted
        on
            provider_periods.period_type = counted.period_type
            and provider_periods.provider = counted.provider
),

strengths as (
    select
        cast(period_type as string) as period_type,
        cast(provider as string) as provider,
        cast(sector as string) as sector,
        {{ status_of('strengths_count') }} as status_type,
        case
            when not has_own_export then 'provider_not_received'
            when not has_strengths then 'no_strengths_sent'
            else 'available'
        end as status_reason_type,
        {% for count in people + ['needs_count'] + told %}
            cast({{ count }} as bigint) as {{ count }},
        {% endfor %}
        {{ share_with_interval('with_strength', 'people') }},
        {{ share('strengths_count', 'needs_count') }} as strengths_per_need,
        cast(providers_expected_count as bigint) as providers_expected_count,
        cast(providers_received_count as bigint) as providers_received_count,
        cast(period_start_date as date) as period_start_date,
        cast(period_end_date as date) as period_end_date
    from shown
)

select * from strengths
