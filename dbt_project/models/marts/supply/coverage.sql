{% set counts = [
    'exports_received_count',
    'exports_landed_count',
    'files_received_count',
    'files_refused_count',
    'files_held_count',
    'rows_received_count',
    'rows_landed_count',
    'rows_unchanged_count',
    'rows_quarantined_count',
    'rows_withdrawn_count',
] %}

with counted as (
    select * from {{ ref('int_coverage_counted') }}
),

coverage as (
    select
        cast(provider as string) as provider,
        cast(provider_name as string) as provider_name,
        cast(sector as string) as sector,
        cast(cadence as string) as cadence,
        case
            when
                exports_landed_count > 0
                and exports_landed_count >= exports_expected_count
                then 'received'
            when exports_landed_count > 0 then 'incomplete'
            when exports_received_count > 0 then 'not_landed'
            when exports_expected_count > 0 then 'missing'
            else 'not_expected'
        end as status_type,
        cast(exports_expected_count as bigint) as exports_expected_count,
        {% for count in counts %}
            cast({{ count }} as bigint) as {{ count }},
        {% endfor %}
        cast(records_count as bigint) as records_count,
        cast(records_linked_count as bigint) as records_linked_count,
        cast(records_linked_count as double) / nullif(records_count, 0) as link_rate,
        cast(
            {{ dbt.datediff('newest_export_date', as_of(), 'day') }}
            as integer
        ) as freshness_days,
        cast(newest_export_date as date) as newest_export_date,
        cast(month_date as date) as month_date
    from counted
)

select * from coverage
