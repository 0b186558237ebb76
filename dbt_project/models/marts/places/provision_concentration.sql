{% set figures = ['episodes_started', 'no_door'] %}

with provision_by_place as (
    select * from {{ ref('provision_by_place') }}
),

concentrated as (
    select * from {{ ref('int_provision_concentrated') }}
),

provision_concentration as (
    select
        cast(whole.period_type as string) as period_type,
        cast(whole.sector as string) as sector,
        {% for name in figures %}
            {{ status_of('concentrated.' ~ name ~ '_index') }}
                as {{ name }}_status_type,
            cast(concentrated.{{ name }}_index as double) as {{ name }}_index,
            cast(concentrated.{{ name }}_count as bigint) as {{ name }}_count,
        {% endfor %}
        cast(concentrated.people_in_need_count as bigint) as people_in_need_count,
        cast(coalesce(concentrated.areas_count, 0) as bigint) as areas_count,
        cast(coalesce(concentrated.groups_count, 0) as bigint) as groups_count,
        whole.providers_expected_count,
        whole.providers_received_count,
        whole.period_start_date,
        whole.period_end_date
    from provision_by_place as whole
    left join concentrated
        on
            whole.period_type = concentrated.period_type
            and whole.sector = concentrated.sector
    -- drops single areas: the whole place has one row for every period and sector
    where whole.area_code = 'all'
)

select * from provision_concentration
