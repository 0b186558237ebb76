{{ config(materialized='view') }}

{% set kinds = ['yes', 'partly', 'no'] %}

with periods as (
    select * from {{ ref('int_periods') }}
),

panel_findings as (
    select * from {{ ref('stg_partnership__panel_findings') }}
),

panel_systems as (
    select * from {{ ref('panel_systems') }}
),

found as (
    select
        periods.period_type,
        panel_findings.system_type,
        panel_findings.finding_id,
        panel_findings.panel_case_id,
        panel_findings.avoidable_type,
        coalesce(panel_findings.area_code, 'not_known') as area_code,
        coalesce(panel_findings.failure_type, 'not_known') as failure_type
    from panel_findings
    inner join periods
        on
            panel_findings.panel_date
            between periods.period_start_date and periods.period_end_date
),

placed as (
    select * from found
    union all
    -- every system has a row for the whole place, found at fault or not
    select
        periods.period_type,
        panel_systems.system_type,
        found.finding_id,
        found.panel_case_id,
        found.avoidable_type,
        'all' as area_code,
        'all' as failure_type
    from periods
    cross join panel_systems
    left join found
        on
            periods.period_type = found.period_type
            and panel_systems.system_type = found.system_type
),

counted as (
    select
        period_type,
        system_type,
        area_code,
        failure_type,
        count(finding_id) as findings_count,
        count(distinct panel_case_id) as cases_count,
        {% for kind in kinds %}
            count(*) filter (where avoidable_type = '{{ kind }}')
                as avoidable_{{ kind }}_count,
        {% endfor %}
        count(finding_id) filter (
            where coalesce(avoidable_type, 'not_known') = 'not_known'
        ) as avoidable_not_known_count
    from placed
    group by period_type, system_type, area_code, failure_type
)

select * from counted
