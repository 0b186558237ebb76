{{ config(materialized='view') }}

with placements as (
    select * from {{ ref('stg_homelessness__placements') }}
),

contacts as (
    select * from {{ ref('int_contacts_unioned') }}
),

evictions as (
    select
        'eviction' as crisis_type,
        placement_id as source_id,
        record_id,
        provider,
        end_date as crisis_date
    from placements
    -- drops stays that ended otherwise, and evictions without a day
    where end_type = 'evicted' and end_date is not null
),

-- by person, not record: two outreach teams may see the same person
nights as (
    select
        *,
        lag(contact_date) over (
            partition by person_id order by contact_date, contact_id
        ) as earlier_date
    from contacts
    -- drops contacts that are not a night seen sleeping rough
    where contact_type = 'bedded_down'
),

first_nights as (
    select
        'first_night_rough_sleeping' as crisis_type,
        contact_id as source_id,
        record_id,
        provider,
        contact_date as crisis_date
    from nights
    -- drops nights within 90 days of the one before
    where
        earlier_date is null
        or contact_date > {{ days_after('earlier_date', 90) }}
),

unioned as (
    select * from evictions
    union all
    select * from first_nights
)

select * from unioned
