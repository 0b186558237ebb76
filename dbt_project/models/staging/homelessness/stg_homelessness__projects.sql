with landed as (
    select * from {{ landed('homelessness', 'projects', ['project_id']) }}
),

projects as (
    select
        -- ids
        cast(project_id as string) as project_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('project_type_code') }} as project_type_code,
        -- dates
        cast(operating_start_date as date) as operating_start_date,
        cast(operating_end_date as date) as operating_end_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from projects
