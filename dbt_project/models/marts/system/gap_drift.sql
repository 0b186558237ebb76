with judged as (
    select * from {{ ref('int_gap_judged') }}
),

services as (
    select * from {{ ref('int_gap_services') }}
),

period_coverage as (
    select *
    from {{ ref('int_period_coverage') }}
    -- drops months and rolling years
    where period_type = 'quarter'
),

joined as (
    select
        judged.*,
        period_coverage.providers_expected_count,
        period_coverage.providers_received_count,
        coalesce(services.services_count, 0) as services_count,
        coalesce(services.founding_services_count, 0) as founding_services_count,
        {{ share('unmet_count', 'start_count') }} as unmet_per_start,
        {{ share('unmet_count_year_before', 'start_count_year_before') }}
            as unmet_per_start_year_before,
        {% for end in [wilson_low, wilson_high] %}
            {% set name = 'low' if loop.first else 'high' %}
            {{ end('unmet_count', '(unmet_count + start_count)') }}
                as unmet_{{ name }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from judged
    inner join period_coverage
        on judged.period_start_date = period_coverage.period_start_date
    left join services
        on
            judged.period_start_date = services.period_start_date
            and judged.area_code = services.area_code
            and judged.need_type = services.need_type
),

gap_drift as (
    select
        cast(period_start_date as date) as period_start_date,
        cast(period_end_date as date) as period_end_date,
        cast(area_code as string) as area_code,
        cast(need_type as string) as need_type,
        case when is_covered then 'published' else 'not_available' end as status_type,
        {% for count in [
            'rejected_count', 'waiting_count', 'unmet_count', 'start_count',
            'unmet_count_year_before', 'start_count_year_before'
        ] %}
            cast({{ count }} as bigint) as {{ count }},
        {% endfor %}
        cast(round(unmet_per_start, 4) as double) as unmet_per_start,
        -- two counts compared: the interval of the share, told as a ratio
        {% for end in ['low', 'high'] %}
            case
                when start_count > 0
                    then round(unmet_{{ end }} / (1 - unmet_{{ end }}), 4)
            end as unmet_per_start_{{ end }},
        {% endfor %}
        cast(round(unmet_per_start_year_before, 4) as double)
            as unmet_per_start_year_before,
        cast(round(unmet_per_start - unmet_per_start_year_before, 4) as double)
            as change_on_year,
        cast(round(year_unmet_per_start, 4) as double) as year_unmet_per_start,
        cast(round(founding_unmet_per_start, 4) as double) as founding_unmet_per_start,
        cast(gap_type as string) as gap_type,
        case when is_covered then cast(services_count as bigint) end as services_count,
        case
            when gap_type <> 'not_available'
                then cast(founding_services_count as bigint)
        end as founding_services_count,
        cast(providers_expected_count as bigint) as providers_expected_count,
        cast(providers_received_count as bigint) as providers_received_count
    from joined
)

select * from gap_drift
