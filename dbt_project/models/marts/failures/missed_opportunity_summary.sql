{% set counts = [
    'crises_count',
    'people_low_count',
    'people_count',
    'people_high_count',
    'crises_seen_count', 'crises_without_help_count',
    'touchpoints_count',
    'touchpoints_costed_count',
] %}
{% set kept = [
    'touchpoints_median', 'cost_pence', 'last_type', 'last_sector', 'last_chance_count'
] %}
{% set part, whole = 'crises_without_help_count', 'crises_seen_count' %}

with judged as (
    select * from {{ ref('int_opportunities_judged') }}
),

summed as (
    select * from {{ ref('int_crises_summed') }}
),

last_chances as (
    select * from {{ ref('int_last_chances') }}
),

-- a figure that is not available keeps no count
joined as (
    select
        judged.*,
        {% for count in counts %}
            case
                when judged.status_reason_type is null
                    then cast(coalesce(summed.{{ count }}, 0) as bigint)
            end as {{ count }},
        {% endfor %}
        {% for column in kept %}
            case when judged.status_reason_type is null then {{ column }} end
                as {{ column }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from judged
    {% for table in ['summed', 'last_chances'] %}
        left join {{ table }}
            on
                judged.period_type = {{ table }}.period_type
                and judged.crisis_type = {{ table }}.crisis_type
                and judged.touchpoint_sector = {{ table }}.touchpoint_sector
                and judged.area_code = {{ table }}.area_code
    {% endfor %}
),

summary as (
    select
        cast(period_type as string) as period_type,
        cast(crisis_type as string) as crisis_type,
        cast(crisis_sector as string) as crisis_sector,
        cast(touchpoint_sector as string) as touchpoint_sector,
        cast(area_code as string) as area_code,
        {{ status_by('status_reason_type') }} as status_type,
        cast(status_reason_type as string) as status_reason_type,
        {{ counts | join(', ') }},
        cast(touchpoints_median as double) as touchpoints_median,
        cast({{ share(part, whole) }} as double) as without_help_share,
        cast({{ wilson_low(part, whole) }} as double) as without_help_low_share,
        cast({{ wilson_high(part, whole) }} as double) as without_help_high_share,
        cast(cost_pence as bigint) as cost_pence,
        cast(last_type as string) as last_chance_type,
        cast(last_sector as string) as last_chance_sector,
        cast(last_chance_count as bigint) as last_chance_count,
        cast(providers_expected_count as bigint) as providers_expected_count,
        cast(providers_received_count as bigint) as providers_received_count,
        cast(period_start_date as date) as period_start_date,
        cast(period_end_date as date) as period_end_date
    from joined
)

select * from summary
