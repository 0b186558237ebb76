with dated as (
    select *
    from {{ ref('int_gap_referrals') }}
    where kind = 'start'
),

quarters as (
    select * from {{ ref('int_gap_quarters') }}
),

founding as (
    select * from {{ ref('int_gap_founding') }}
),

totalled as (
    {{ also_as_all(
        'dated', ['provider', 'need_type', 'happened_date'], 'area_code'
    ) }}
),

founders as (
    select distinct
        totalled.provider,
        totalled.area_code,
        totalled.need_type
    from totalled
    inner join founding
        on
            totalled.area_code = founding.area_code
            and totalled.need_type = founding.need_type
            and totalled.happened_date <= founding.founding_end_date
),

-- services that started people in the quarter, and those that did from the first
services as (
    select
        quarters.period_start_date,
        quarters.area_code,
        quarters.need_type,
        count(distinct totalled.provider) as services_count,
        count(distinct founders.provider) as founding_services_count
    from quarters
    inner join totalled
        on
            quarters.area_code = totalled.area_code
            and quarters.need_type = totalled.need_type
            and totalled.happened_date
            between quarters.period_start_date and quarters.period_end_date
    left join founders
        on
            totalled.provider = founders.provider
            and totalled.area_code = founders.area_code
            and totalled.need_type = founders.need_type
    group by quarters.period_start_date, quarters.area_code, quarters.need_type
)

select * from services
