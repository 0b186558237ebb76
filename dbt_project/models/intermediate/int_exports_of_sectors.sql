{{ config(materialized='view') }}

{% set layouts = var('partnership_layouts') %}

with exports as (
    select * from {{ ref('stg_commonground__exports') }}
),

of_sectors as (
    select
        -- ids
        export_id,
        provider,
        -- text
        sector,
        layout,
        file_kind,
        state,
        refusal_rule,
        -- numbers
        rows_in,
        rows_landed,
        rows_quarantined,
        rows_unchanged,
        rows_withdrawn,
        rows_warned,
        -- dates
        export_date,
        received_at
    from exports
    -- drops the partnership's own templates (goals, feedback and the like): a provider
    -- that sent one of them has not yet reported for its sector
    where
        layout is null
        or layout not in (
            {%- for layout in layouts %}
            {{ dbt.string_literal(layout) }}{{ ',' if not loop.last }}
            {%- else %}
                ''
            {%- endfor %}
        )
)

select * from of_sectors
