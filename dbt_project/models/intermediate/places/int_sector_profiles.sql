{{ config(materialized='view') }}

with structural_causes as (
    select * from {{ ref('structural_causes') }}
),

served as (
    select * from {{ ref('int_people_served') }}
),

person_needs as (
    select * from {{ ref('int_person_needs') }}
),

covered as (
    select * from {{ ref('int_place_coverage') }}
),

sizes as (
    select
        period_type,
        sector,
        count(*) as served_count
    from served
    group by period_type, sector
),

needing as (
    select
        served.period_type,
        served.sector,
        person_needs.need_type,
        count(*) as people_count
    from served
    inner join person_needs
        on
            served.person_id = person_needs.person_id
            and served.period_type = person_needs.period_type
    group by served.period_type, served.sector, person_needs.need_type
),

profiles as (
    select
        needing.period_type,
        needing.sector,
        'need' as profile_type,
        needing.need_type as trait_type,
        {{ share('needing.people_count', 'sizes.served_count') }} as trait_share
    from needing
    inner join sizes
        on
            needing.period_type = sizes.period_type
            and needing.sector = sizes.sector
    inner join covered
        on
            needing.period_type = covered.period_type
            and needing.sector = covered.sector
    -- drops sectors that did not report: what others know of them is no profile
    where covered.is_covered
    union all
    select
        period_type,
        sector,
        'cause' as profile_type,
        cause_type as trait_type,
        people_share as trait_share
    from structural_causes
    -- drops the whole place, and causes that a sector's people were not asked about
    where sector <> 'all' and status_type = 'published'
)

select * from profiles
