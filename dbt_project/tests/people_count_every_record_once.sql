-- Fails if the people's records are not exactly the records with anything live.
with people as (
    select coalesce(sum(record_count), 0) as record_count from {{ ref('people') }}
),

person_records as (
    select count(*) as record_count from {{ ref('int_person_records') }}
)

select people.record_count
from people
cross join person_records
where people.record_count <> person_records.record_count
