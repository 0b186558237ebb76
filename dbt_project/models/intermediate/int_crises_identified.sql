{% set sectors = ['homelessness', 'offending', 'mental_health'] %}

with sector_crises as (
    {% for sector in sectors %}
        select
            '{{ sector }}' as sector,
            crisis_type,
            source_id,
            record_id,
            provider,
            crisis_date
        from {{ ref('int_' ~ sector ~ '__crises') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

person_links as (
    select * from {{ ref('stg_commonground__person_links') }}
),

linked as (
    select
        cast(sector_crises.record_id as string) as record_id,
        cast(person_links.person_id as string) as person_id,
        cast(sector_crises.provider as string) as provider,
        cast(sector_crises.sector as string) as sector,
        cast(sector_crises.crisis_type as string) as crisis_type,
        cast(sector_crises.crisis_date as date) as crisis_date,
        sector_crises.crisis_type || '-' || sector_crises.source_id as crisis_id
    from sector_crises
    left join person_links on sector_crises.record_id = person_links.record_id
)

select * from linked
