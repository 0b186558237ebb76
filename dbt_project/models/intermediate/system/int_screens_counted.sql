{% set sources = [
    'int_outcomes_dated',
    'int_census_closures',
    'int_outcomes_unseen',
    'int_outcomes_contradicted',
] %}

with late as (
    select * from {{ ref('int_outcomes_late') }}
),

unioned as (
    select
        screen_type,
        provider,
        period_start_date,
        is_case,
        lag_days
    from late
    {% for source in sources %}
        union all
        select
            screen_type,
            provider,
            period_start_date,
            is_case,
            cast(null as integer) as lag_days
        from {{ ref(source) }}
    {% endfor %}
),

counted as (
    select
        screen_type,
        provider,
        period_start_date,
        count(case when is_case then 1 end) as cases_count,
        count(*) as of_count,
        median(lag_days) as median_lag_days
    from unioned
    group by screen_type, provider, period_start_date
),

-- what the same provider said before, and what the others say of the same quarter
compared as (
    select
        *,
        {% for count in ['cases_count', 'of_count'] %}
            sum({{ count }}) over (
                partition by screen_type, provider
                order by period_start_date
                rows between unbounded preceding and 1 preceding
            ) as past_{{ count }},
            sum({{ count }}) over (partition by screen_type, period_start_date)
            - {{ count }} as others_{{ count }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from counted
)

select * from compared
