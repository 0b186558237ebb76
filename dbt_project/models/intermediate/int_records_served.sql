{{ config(materialized='view') }}

with periods as (
    select * from {{ ref('int_periods') }}
),

episodes as (
    select * from {{ ref('int_episodes_unioned') }}
),

contacts as (
    select * from {{ ref('int_contacts_unioned') }}
),

-- in service: an episode under way on any day of the period, or a contact attended
served as (
    select
        episodes.record_id,
        episodes.sector,
        periods.period_type
    from episodes
    inner join periods
        on
            episodes.start_date <= periods.period_end_date
            and coalesce(episodes.end_date, periods.period_end_date)
            >= periods.period_start_date
    union
    select
        contacts.record_id,
        contacts.sector,
        periods.period_type
    from contacts
    inner join periods
        on
            contacts.contact_date
            between periods.period_start_date and periods.period_end_date
    -- drops contacts the person did not come to
    where contacts.is_attended
)

select * from served
