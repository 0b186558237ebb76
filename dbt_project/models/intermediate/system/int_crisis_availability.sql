with provider_coverage as (
    select * from {{ ref('int_provider_coverage') }}
),

sector_coverage as (
    select * from {{ ref('int_sector_coverage') }}
),

types as (
    select * from {{ ref('crisis_demand_types') }}
),

crises as (
    select * from {{ ref('int_crises_identified') }}
),

history as (
    select * from {{ ref('int_sector_history') }}
),

calendar as (
    select *
    from {{ ref('int_calendar') }}
    -- drops quarters and rolling years
    where period_type = 'month'
),

recorders as (
    select distinct
        crisis_type,
        provider
    from crises
),

-- another provider of the sector cannot stand in for one that records these crises
lacking as (
    select distinct
        recorders.crisis_type,
        provider_coverage.period_end_date
    from recorders
    inner join provider_coverage on recorders.provider = provider_coverage.provider
    where
        provider_coverage.period_type = 'month'
        and provider_coverage.is_expected
        and not provider_coverage.is_received
),

judged as (
    select
        types.crisis_type,
        calendar.period_start_date,
        calendar.period_end_date,
        case
            when not coalesce(sector_coverage.is_covered, false) then 'sector_missing'
            when lacking.crisis_type is not null then 'provider_missing'
            when
                history.history_start_date is null
                or {{ days_after('history.history_start_date', 'types.history_days') }}
                > calendar.period_start_date
                then 'before_history'
        end as reason_type
    from types
    cross join calendar
    left join sector_coverage
        on
            types.sector = sector_coverage.sector
            and calendar.period_type = sector_coverage.period_type
            and calendar.period_end_date = sector_coverage.period_end_date
    left join lacking
        on
            types.crisis_type = lacking.crisis_type
            and calendar.period_end_date = lacking.period_end_date
    left join history on types.sector = history.sector
)

select * from judged
