{% set templates = ['goals', 'feedback', 'strengths', 'panel_findings'] %}

with periods as (
    select * from {{ ref('int_periods') }}
),

providers as (
    select * from {{ ref('int_providers') }}
),

cadences as (
    select * from {{ ref('cadences') }}
),

exports as (
    select * from {{ ref('stg_commonground__exports') }}
),

exports_of_sectors as (
    select * from {{ ref('int_exports_of_sectors') }}
),

-- an empty template is a report, too: nobody set a goal; a provider's own layout of a
-- template has another name, but then its rows tell
sent as (
    select
        provider,
        'own_export' as report_type,
        export_date
    from exports_of_sectors
    -- drops exports that were refused or are held: nothing of them is in the facts
    where state = 'landed'
    {% for template in templates %}
        union all
        select
            provider,
            '{{ template }}' as report_type,
            export_date
        from exports
        where state = 'landed' and layout = '{{ template }}'
        union all
        select
            provider,
            '{{ template }}' as report_type,
            _export_date as export_date
        from {{ ref('stg_partnership__' ~ template) }}
    {% endfor %}
),

newest as (
    select
        provider,
        report_type,
        max(export_date) as newest_export_date
    from sent
    group by provider, report_type
),

-- exports are full: one that is not too old for a period's end covers the period
reports_covered as (
    select
        periods.period_type,
        newest.provider,
        newest.report_type
    from newest
    inner join providers on newest.provider = providers.provider
    inner join cadences on providers.cadence = cadences.cadence
    inner join periods
        on
            {{ days_after('newest.newest_export_date', 'cadences.days_allowed') }}
            >= periods.period_end_date
)

select * from reports_covered
