with judged as (
    select * from {{ ref('int_screens_judged') }}
),

period_coverage as (
    select *
    from {{ ref('int_period_coverage') }}
    -- drops months and rolling years
    where period_type = 'quarter'
),

-- what chance alone could do does not raise a question, nor does a trifle
flagged as (
    select
        judged.*,
        period_coverage.providers_expected_count,
        period_coverage.providers_received_count,
        judged.why_type is null as is_available,
        case
            when
                judged.why_type is null
                and judged.of_count >= judged.minimum_count
                and judged.yardstick_share is not null
                then
                    judged.cases_low > judged.yardstick_share
                    and judged.cases_share
                    > judged.yardstick_share + judged.allowed_excess
        end as is_flagged
    from judged
    inner join period_coverage
        on judged.period_start_date = period_coverage.period_start_date
),

outcome_integrity as (
    select
        cast(period_start_date as date) as period_start_date,
        cast(period_end_date as date) as period_end_date,
        cast(provider as string) as provider,
        cast(sector as string) as sector,
        cast(screen_type as string) as screen_type,
        cast(words as string) as words,
        case when is_available then 'published' else 'not_available' end as status_type,
        cast(why_type as string) as reason_type,
        {% for count in ['cases_count', 'of_count'] %}
            case when is_available then cast({{ count }} as bigint) end as {{ count }},
        {% endfor %}
        {% for figure in ['cases_share', 'cases_low', 'cases_high'] %}
            case when is_available then cast({{ figure }} as double) end
                as {{ figure }},
        {% endfor %}
        case when is_available then cast(median_lag_days as double) end
            as median_lag_days,
        cast(expected_type as string) as expected_type,
        case when is_available then cast(yardstick_share as double) end
            as expected_share,
        cast(is_flagged as boolean) as is_flagged,
        cast(question as string) as question,
        cast(providers_expected_count as bigint) as providers_expected_count,
        cast(providers_received_count as bigint) as providers_received_count
    from flagged
)

select * from outcome_integrity
