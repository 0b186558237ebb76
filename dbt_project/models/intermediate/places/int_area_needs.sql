with record_needs as (
    select * from {{ ref('int_record_needs') }}
),

links as (
    select * from {{ ref('int_links_by_strength') }}
),

described as (
    select * from {{ ref('int_people_described') }}
),

-- a door is an episode in the need's own sector, whichever of the records had it; one
-- area for each, so that nobody counts twice where a looser reading joins two areas
people as (
    select
        links.person_id,
        links.link_strength_type,
        record_needs.period_type,
        record_needs.need_type,
        coalesce(
            max(described.area_code) filter (where described.area_code <> 'not_known'),
            'not_known'
        ) as area_code,
        bool_or(record_needs.has_episode) as has_episode
    from record_needs
    inner join links on record_needs.record_id = links.record_id
    inner join described on record_needs.person_id = described.person_id
    group by
        links.person_id,
        links.link_strength_type,
        record_needs.period_type,
        record_needs.need_type
),

{% set whole = "'all'" %}
area_needs as (
    {% for area in ['area_code', whole] %}
        select
            period_type,
            {{ area }} as area_code,
            need_type,
            {{ count_by_reading('people_in_need') }},
            {{ count_by_reading('no_door', 'not has_episode') }}
        from people
        group by period_type, need_type{{ ', area_code' if area == 'area_code' }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from area_needs
