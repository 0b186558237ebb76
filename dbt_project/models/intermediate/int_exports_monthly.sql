with exports as (
    select * from {{ ref('int_exports_of_sectors') }}
),

-- an export is one day's files of a provider, however many files it is
monthly as (
    select
        provider,
        {{ month_of('export_date') }} as month_date,
        count(distinct export_date) as exports_received_count,
        count(distinct export_date) filter (where state = 'landed')
            as exports_landed_count,
        count(*) as files_received_count,
        count(*) filter (where state = 'refused') as files_refused_count,
        count(*) filter (where state = 'held') as files_held_count,
        sum(rows_in) as rows_received_count,
        sum(rows_landed) as rows_landed_count,
        sum(rows_unchanged) as rows_unchanged_count,
        sum(rows_quarantined) as rows_quarantined_count,
        sum(rows_withdrawn) as rows_withdrawn_count
    from exports
    group by provider, {{ month_of('export_date') }}
)

select * from monthly
