{{ config(materialized='view') }}

with outcomes as (
    select * from {{ ref('int_outcomes_reported') }}
),

contacts as (
    select *
    from {{ ref('int_contacts_unioned') }}
    -- drops contacts the person did not come to
    where is_attended
),

screens as (
    select *
    from {{ ref('integrity_screens') }}
    where screen_type = 'no_contact_before_outcome'
),

seen as (
    select
        screens.screen_type,
        outcomes.episode_id,
        outcomes.provider,
        outcomes.period_start_date,
        count(contacts.contact_id) = 0 as is_case
    from outcomes
    cross join screens
    left join contacts
        on
            outcomes.person_id = contacts.person_id
            and outcomes.provider = contacts.provider
            and contacts.contact_date
            between {{ days_after('outcomes.end_date', '-screens.window_days') }}
            and outcomes.end_date
    -- drops endings that were no success, and stays
    where outcomes.is_success
    group by
        screens.screen_type,
        outcomes.episode_id,
        outcomes.provider,
        outcomes.period_start_date
)

select * from seen
