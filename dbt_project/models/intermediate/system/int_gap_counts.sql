with dated as (
    select * from {{ ref('int_gap_referrals') }}
),

quarters as (
    select *
    from {{ ref('int_calendar') }}
    -- drops months and rolling years
    where period_type = 'quarter'
),

known_people as (
    select * from {{ ref('int_known_people') }}
),

sectors as (
    select * from {{ ref('int_sector_needs') }}
),

totalled as (
    {{ also_as_all(
        'dated', ['kind', 'need_type', 'happened_date'], 'area_code'
    ) }}
),

counted as (
    select
        quarters.period_number,
        quarters.period_start_date,
        quarters.period_end_date,
        known_people.area_code,
        sectors.sector,
        sectors.need_type,
        {% for kind in ['rejected', 'waiting', 'start'] %}
            count(case when totalled.kind = '{{ kind }}' then 1 end)
                as {{ kind }}_count{% if not loop.last %},{% endif %}
        {% endfor %}
    from quarters
    cross join known_people
    cross join sectors
    left join totalled
        on
            known_people.area_code = totalled.area_code
            and sectors.need_type = totalled.need_type
            and totalled.happened_date
            between quarters.period_start_date and quarters.period_end_date
    group by
        quarters.period_number,
        quarters.period_start_date,
        quarters.period_end_date,
        known_people.area_code,
        sectors.sector,
        sectors.need_type
)

select * from counted
