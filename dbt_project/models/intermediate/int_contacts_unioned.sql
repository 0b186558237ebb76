{% set sectors = ['homelessness', 'drugs', 'offending', 'mental_health'] %}

with sector_contacts as (
    {% for sector in sectors %}
        select
            contact_id,
            record_id,
            provider,
            worker_id,
            '{{ sector }}' as sector,
            dataset,
            contact_type,
            recorded_purpose,
            is_attended,
            contact_date
        from {{ ref('int_' ~ sector ~ '__contacts') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

person_links as (
    select * from {{ ref('stg_commonground__person_links') }}
),

contact_purposes as (
    select * from {{ ref('contact_purposes') }}
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
        cast(sector_contacts.contact_date as date) as contact_date,
        coalesce(contact_purposes.purpose_type, 'not_known') as purpose_type
    from sector_contacts
    left join person_links on sector_contacts.record_id = person_links.record_id
    left join contact_purposes
        on
            sector_contacts.sector = contact_purposes.sector
            and sector_contacts.dataset = contact_purposes.dataset
            and sector_contacts.recorded_purpose = contact_purposes.recorded_code
)

select * from linked
