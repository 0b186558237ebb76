with histories as (
    select * from {{ ref('int_hidden_histories') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

-- people whose area nobody recorded are in the whole place alone
placed as (
    select
        period_type,
        link_strength_type,
        'all' as area_code,
        history
    from histories
    union all
    select
        period_type,
        link_strength_type,
        area_code,
        history
    from histories
    where area_code is not null
),

areas as (
    select
        period_type,
        area_code
    from placed
    union
    select
        period_type,
        'all' as area_code
    from periods
),

readings as (
    select 'strict' as link_strength_type
    union all
    select 'central' as link_strength_type
    union all
    select 'loose' as link_strength_type
),

-- the whole place has a row for every period and reading, people or none
cells as (
    select
        areas.period_type,
        areas.area_code,
        readings.link_strength_type,
        {% for history in capture_histories() %}
            count(case when placed.history = '{{ history }}' then 1 end)
                as people_{{ history }}_count,
        {% endfor %}
        count(placed.history) as people_known_count
    from areas
    cross join readings
    left join placed
        on
            areas.period_type = placed.period_type
            and areas.area_code = placed.area_code
            and readings.link_strength_type = placed.link_strength_type
    group by areas.period_type, areas.area_code, readings.link_strength_type
)

select * from cells
