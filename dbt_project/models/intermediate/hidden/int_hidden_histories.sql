{% set sectors = ['homelessness', 'drugs', 'offending', 'mental_health'] %}

with records_served as (
    select * from {{ ref('int_records_served') }}
),

links_by_strength as (
    select * from {{ ref('int_links_by_strength') }}
),

readings_placed as (
    select * from {{ ref('int_readings_placed') }}
),

listed as (
    select
        records_served.period_type,
        links_by_strength.link_strength_type,
        links_by_strength.person_id,
        {% for sector in sectors %}
            max(case when records_served.sector = '{{ sector }}' then 1 else 0 end)
                as is_on_{{ sector }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from records_served
    inner join links_by_strength
        on records_served.record_id = links_by_strength.record_id
    group by
        records_served.period_type,
        links_by_strength.link_strength_type,
        links_by_strength.person_id
),

histories as (
    select
        cast(listed.period_type as string) as period_type,
        cast(listed.link_strength_type as string) as link_strength_type,
        cast(listed.person_id as string) as person_id,
        cast(nullif(readings_placed.area_code, 'not_known') as string) as area_code,
        {% for sector in sectors %}
            cast(listed.is_on_{{ sector }} as string){{ ' ||' if not loop.last }}
        {% endfor %}
            as history
    from listed
    left join readings_placed
        on
            listed.link_strength_type = readings_placed.link_strength_type
            and listed.person_id = readings_placed.person_id
)

select * from histories
