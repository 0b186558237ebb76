{{ config(materialized='view') }}

with episodes as (
    select * from {{ ref('int_episodes_unioned') }}
),

contacts as (
    select * from {{ ref('int_contacts_held') }}
),

-- what a provider that refused a person knows of them ends with its answer
known as (
    select
        episode_id,
        person_id,
        provider,
        service_type as known_by_type,
        coalesce(start_date, referral_date) as first_date,
        case
            when start_date is null then coalesce(decision_date, referral_date)
            else end_date
        end as last_date
    from episodes
    -- drops episodes without any day to place them by
    where coalesce(start_date, referral_date) is not null
    union all
    -- a provider that sends contacts and no episodes knows people, too
    select distinct
        cast(null as string) as episode_id,
        person_id,
        provider,
        contact_type as known_by_type,
        contact_date as first_date,
        contact_date as last_date
    from contacts
)

select * from known
