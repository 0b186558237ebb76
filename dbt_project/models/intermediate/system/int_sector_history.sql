{{ config(materialized='view') }}

with contacts as (
    select * from {{ ref('int_contacts_unioned') }}
),

crises as (
    select * from {{ ref('int_crises_identified') }}
),

episodes as (
    select * from {{ ref('int_episodes_unioned') }}
),

-- an open episode may have begun long before anything else was kept: ends are taken,
-- not starts
dated as (
    select
        sector,
        contact_date as happened_date
    from contacts
    union all
    select
        sector,
        crisis_date as happened_date
    from crises
    union all
    select
        sector,
        end_date as happened_date
    from episodes
),

history as (
    select
        sector,
        min(happened_date) as history_start_date
    from dated
    where happened_date is not null
    group by sector
)

select * from history
