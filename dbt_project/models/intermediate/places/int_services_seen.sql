with periods as (
    select * from {{ ref('int_periods') }}
),

episodes as (
    select * from {{ ref('int_episodes_unioned') }}
),

records_served as (
    select * from {{ ref('int_records_served') }}
),

described as (
    select * from {{ ref('int_people_described') }}
),

under_way as (
    select
        periods.period_type,
        episodes.person_id,
        episodes.sector,
        episodes.provider,
        episodes.service_type,
        case when episodes.start_date >= periods.period_start_date then 1 else 0 end
            as started
    from episodes
    inner join periods
        on
            episodes.start_date <= periods.period_end_date
            and coalesce(episodes.end_date, periods.period_end_date)
            >= periods.period_start_date
),

-- a provider that records contacts alone, such as outreach, is a service of its own
contacted as (
    select
        records_served.period_type,
        records_served.person_id,
        records_served.sector,
        records_served.provider,
        'contact_only' as service_type,
        0 as started
    from records_served
    left join episodes on records_served.provider = episodes.provider
    -- drops providers that record episodes: those name their services
    where episodes.provider is null
),

unioned as (
    select * from under_way
    union all
    select * from contacted
),

services_seen as (
    select
        unioned.period_type,
        described.area_code,
        unioned.sector,
        unioned.provider,
        unioned.service_type,
        sum(unioned.started) as episodes_started_count
    from unioned
    inner join described on unioned.person_id = described.person_id
    group by
        unioned.period_type,
        described.area_code,
        unioned.sector,
        unioned.provider,
        unioned.service_type
)

select * from services_seen
