with periods as (
    select * from {{ ref('int_periods') }}
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
        periods.period_type,
        providers.sector,
        providers.is_expected,
        coalesce(
            {{ days_after('newest.newest_export_date', 'cadences.days_allowed') }}
            >= periods.period_end_date,
            false
        ) as is_received
    from providers
    cross join periods
    inner join cadences on providers.cadence = cadences.cadence
    left join newest on providers.provider = newest.provider
),

covered as (
    select
        period_type,
        sector,
        count(*) filter (where is_expected) as providers_expected_count,
        count(*) filter (where is_received) as providers_received_count
    from judged
    group by period_type, sector
)

select * from covered
