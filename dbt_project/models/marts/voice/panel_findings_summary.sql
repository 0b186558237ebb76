{% set counts = [
    'findings_count',
    'cases_count',
    'avoidable_yes_count',
    'avoidable_partly_count',
    'avoidable_no_count',
    'avoidable_not_known_count',
] %}

with counted as (
    select * from {{ ref('int_panel_findings_counted') }}
),

panel_systems as (
    select * from {{ ref('panel_systems') }}
),

period_coverage as (
    select * from {{ ref('int_period_coverage') }}
),

-- a period in which no panel found anything had no panel, as far as anyone can tell
panels as (
    select
        period_type,
        sum(findings_count) > 0 as has_panel
    from counted
    group by period_type
),

shown as (
    select
        counted.period_type,
        counted.system_type,
        counted.area_code,
        counted.failure_type,
        panel_systems.words as system_words,
        {% for count in counts %}
            case when panels.has_panel then counted.{{ count }} end as {{ count }},
        {% endfor %}
        period_coverage.providers_expected_count,
        period_coverage.providers_received_count,
        period_coverage.period_start_date,
        period_coverage.period_end_date
    from counted
    inner join panels on counted.period_type = panels.period_type
    inner join panel_systems on counted.system_type = panel_systems.system_type
    inner join period_coverage on counted.period_type = period_coverage.period_type
),

panel_findings_summary as (
    select
        cast(period_type as string) as period_type,
        cast(system_type as string) as system_type,
        cast(area_code as string) as area_code,
        cast(failure_type as string) as failure_type,
        cast(system_words as string) as system_words,
        {{ status_of('findings_count') }} as status_type,
        case when findings_count is null then 'no_panel_reported' else 'available' end
            as status_reason_type,
        {% for count in counts %}
            cast({{ count }} as bigint) as {{ count }},
        {% endfor %}
        cast(providers_expected_count as bigint) as providers_expected_count,
        cast(providers_received_count as bigint) as providers_received_count,
        cast(period_start_date as date) as period_start_date,
        cast(period_end_date as date) as period_end_date
    from shown
)

select * from panel_findings_summary
