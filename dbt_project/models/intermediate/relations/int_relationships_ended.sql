{{ config(materialized='view') }}

with relationships as (
    select * from {{ ref('int_relationships') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

contacts as (
    select * from {{ ref('int_contacts_held') }}
),

rules as (
    select * from {{ ref('int_relation_rules') }}
),

-- a relationship has ended once the gap is over and they have not met, in this year
-- or after it; of the newest, nobody can tell yet
ended as (
    select
        relationships.person_id,
        relationships.period_type,
        relationships.provider,
        relationships.worker_id,
        relationships.last_date,
        {{ days_after('relationships.last_date', 'rules.relationship_gap_days') }}
            as gap_end_date
    from relationships
    cross join rules
    inner join periods on relationships.period_type = periods.period_type
    left join contacts
        on
            relationships.person_id = contacts.person_id
            and relationships.provider = contacts.provider
            and relationships.worker_id = contacts.worker_id
            and relationships.last_date < contacts.contact_date
            and contacts.contact_date
            <= {{ days_after(
                'relationships.last_date', 'rules.relationship_gap_days'
            ) }}
    where
        contacts.contact_id is null
        and {{ days_after('relationships.last_date', 'rules.relationship_gap_days') }}
        <= {{ as_of() }}
)

select * from ended
