with landed as (
    select * from {{ landed('offending', 'people', ['record_id']) }}
),

people as (
    select
        -- ids
        cast(record_id as string) as record_id,
        cast(_provider as string) as provider,
        -- text
        {{ clean_text('sex_type') }} as sex_type,
        {{ clean_text('ethnicity_type') }} as ethnicity_type,
        {{ clean_text('postcode_district') }} as postcode_district,
        -- numbers
        cast(birth_year as integer) as birth_year,
        -- flags
        cast(has_no_fixed_abode as boolean) as has_no_fixed_abode,
        -- machinery
        cast(_export_date as date) as _export_date,
        cast(_received_at as timestamp) as _received_at
    from landed
)

select * from people
