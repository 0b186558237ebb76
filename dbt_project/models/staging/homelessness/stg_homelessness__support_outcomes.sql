with landed as (
    select *
    from {{ landed(
        'homelessness', 'support_outcomes', ['form_id', 'outcome_code']
    ) }}
),

support_outcomes as (
    select
        -- ids
        cast(form_id as string) as form_id,
        cast(record_id as string) as record_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('outcome_code') }} as outcome_code,
        -- flags
        cast(has_need as boolean) as has_need,
        cast(is_achieved as boolean) as is_achieved,
        -- dates
        cast(recorded_date as date) as recorded_date,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from support_outcomes
