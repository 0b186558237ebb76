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
        episodes.person_id,
        episodes.provider,
        episodes.sector,
        periods.period_type,
        true as has_episode
    from episodes
    inner join periods
        on
            episodes.start_date <= periods.period_end_date
            and coalesce(episodes.end_date, periods.period_end_date)
            >= periods.period_start_date
    union all
    select
        contacts.record_id,
        contacts.person_id,
        contacts.provider,
        contacts.sector,
        periods.period_type,
        false as has_episode
    from contacts
    inner join periods
        on
            contacts.contact_date
            between periods.period_start_date and periods.period_end_date
    -- drops contacts the person did not come to
    where contacts.is_attended
),

records_served as (
    select
        cast(record_id as string) as record_id,
        cast(person_id as string) as person_id,
        cast(provider as string) as provider,
        cast(sector as string) as sector,
        cast(period_type as string) as period_type,
        bool_or(has_episode) as has_episode
    from served
    group by record_id, person_id, provider, sector, period_type
)

select * from records_served
