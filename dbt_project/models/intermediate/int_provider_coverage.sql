with calendar as (
    select * from {{ ref('int_calendar') }}
),

providers as (
    select * from {{ ref('int_providers') }}
),

cadences as (
    select * from {{ ref('cadences') }}
),

exports as (
    select * from {{ ref('int_exports_of_sectors') }}
),

newest as (
    select
        provider,
        max(export_date) as newest_export_date
    from exports
    -- drops exports that were refused or are held: nothing of them is in the facts
    where state = 'landed'
    group by provider
),

-- exports are full, so a later one carries an earlier period, too; a provider covers
-- a period if its newest export is not too old for the period's end
judged as (
    select
        calendar.period_type,
        calendar.period_start_date,
        calendar.period_end_date,
        providers.provider,
        providers.sector,
        providers.is_expected,
        coalesce(
            {{ days_after('newest.newest_export_date', 'cadences.days_allowed') }}
            >= calendar.period_end_date,
            false
        ) as is_received
    from providers
    cross join calendar
    inner join cadences on providers.cadence = cadences.cadence
    left join newest on providers.provider = newest.provider
)

select * from judged
