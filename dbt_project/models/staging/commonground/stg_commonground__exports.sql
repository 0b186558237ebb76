with landed as (
    select * from {{ landed_parquet('_exports') }}
),

exports as (
    select
        -- ids
        cast(export_id as string) as export_id,
        cast(provider as string) as provider,
        -- text
        cast(sector as string) as sector,
        cast(layout as string) as layout,
        cast(file_kind as string) as file_kind,
        cast(state as string) as state,
        cast(rule as string) as refusal_rule,
        -- numbers
        cast(rows_in as bigint) as rows_in,
        cast(rows_landed as bigint) as rows_landed,
        cast(rows_quarantined as bigint) as rows_quarantined,
        cast(rows_unchanged as bigint) as rows_unchanged,
        cast(rows_withdrawn as bigint) as rows_withdrawn,
        cast(rows_warned as bigint) as rows_warned,
        -- dates
        cast(export_date as date) as export_date,
        cast(received_at as timestamp) as received_at
    from landed
)

select * from exports
