with periods as (
    select * from {{ ref('int_periods') }}
),

records_served as (
    select * from {{ ref('int_records_served') }}
),

links as (
    select * from {{ ref('int_links_by_strength') }}
),

people_causes as (
    select * from {{ ref('int_people_causes') }}
),

cause_types as (
    select * from {{ ref('cause_types') }}
),

service_types as (
    select * from {{ ref('service_types') }}
),

sectors as (
    select sector from service_types
    union
    select 'all' as sector
),

-- a person served by two sectors counts in each, and once in all
served as (
    select distinct
        records_served.period_type,
        links.link_strength_type,
        links.person_id,
        sectors.sector
    from records_served
    inner join links on records_served.record_id = links.record_id
    inner join sectors on sectors.sector in (records_served.sector, 'all')
),

-- a row for every cause, recorded by anybody or by nobody
counted as (
    select
        periods.period_type,
        periods.period_start_date,
        periods.period_end_date,
        sectors.sector,
        cause_types.cause_type,
        count(distinct served.person_id) filter (
            where served.link_strength_type = 'central'
        ) as served_count,
        count(people_causes.has_cause) filter (
            where served.link_strength_type = 'central'
        ) as answered_count,
        {{ count_by_reading('people', 'people_causes.has_cause', 'served') }}
    from periods
    cross join sectors
    cross join cause_types
    left join served
        on
            periods.period_type = served.period_type
            and sectors.sector = served.sector
    left join people_causes
        on
            served.period_type = people_causes.period_type
            and served.link_strength_type = people_causes.link_strength_type
            and served.person_id = people_causes.person_id
            and cause_types.cause_type = people_causes.cause_type
    group by
        periods.period_type,
        periods.period_start_date,
        periods.period_end_date,
        sectors.sector,
        cause_types.cause_type
)

select * from counted
