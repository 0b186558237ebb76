with landed as (
    select *
    from {{ landed(
        'homelessness', 'client_groups', ['enrolment_id', 'group_code']
    ) }}
),

client_groups as (
    select
        -- ids
        cast(enrolment_id as string) as enrolment_id,
        cast(record_id as string) as record_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('group_code') }} as group_code,
        -- dates
        cast(recorded_date as date) as recorded_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from client_groups
