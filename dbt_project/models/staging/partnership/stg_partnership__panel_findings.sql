with landed as (
    select * from {{ landed('partnership', 'panel_findings', ['finding_id']) }}
),

panel_findings as (
    select
        -- ids
        cast(finding_id as string) as finding_id,
        cast(panel_case_id as string) as panel_case_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('system_type') }} as system_type,
        {{ clean_text('area_code') }} as area_code,
        {{ clean_text('failure_type') }} as failure_type,
        {{ clean_text('avoidable_type') }} as avoidable_type,
        -- dates
        cast(panel_date as date) as panel_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from panel_findings
