with person_records as (
    select * from {{ ref('int_person_records') }}
),

people as (
    select
        person_id,
        count(distinct provider) as providers_count
    from person_records
    group by person_id
),

provider_links as (
    select
        person_records.provider,
        count(*) as records_count,
        count(*) filter (where people.providers_count > 1) as records_linked_count
    from person_records
    inner join people on person_records.person_id = people.person_id
    group by person_records.provider
)

select * from provider_links
