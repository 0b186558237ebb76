with landed as (
    select * from {{ landed('homelessness', 'enrolments', ['enrolment_id']) }}
),

enrolments as (
    select
        -- ids
        cast(enrolment_id as string) as enrolment_id,
        cast(record_id as string) as record_id,
        cast(project_id as string) as project_id,
        cast(household_id as string) as household_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('relationship_code') }} as relationship_code,
        {{ clean_text('living_situation_code') }} as living_situation_code,
        {{ clean_text('disabling_condition_code') }} as disabling_condition_code,
        -- dates
        cast(entry_date as date) as entry_date,
        cast(move_in_date as date) as move_in_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from enrolments
