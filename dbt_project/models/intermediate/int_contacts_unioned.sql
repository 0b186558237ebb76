{% set sectors = ['homelessness', 'drugs', 'offending', 'mental_health'] %}

with sector_contacts as (
    {% for sector in sectors %}
        select
            contact_id,
            record_id,
            provider,
            worker_id,
            '{{ sector }}' as sector,
            contact_type,
            is_attended,
            contact_date
        from {{ ref('int_' ~ sector ~ '__contacts') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

person_links as (
    select * from {{ ref('stg_commonground__person_links') }}
),

linked as (
    select
        cast(sector_contacts.contact_id as string) as contact_id,
        cast(sector_contacts.record_id as string) as record_id,
        cast(person_links.person_id as string) as person_id,
        cast(sector_contacts.provider as string) as provider,
        cast(sector_contacts.worker_id as string) as worker_id,
        cast(sector_contacts.sector as string) as sector,
        cast(sector_contacts.contact_type as string) as contact_type,
        cast(sector_contacts.is_attended as boolean) as is_attended,
        cast(sector_contacts.contact_date as date) as contact_date
    from sector_contacts
    left join person_links on sector_contacts.record_id = person_links.record_id
)

select * from linked
