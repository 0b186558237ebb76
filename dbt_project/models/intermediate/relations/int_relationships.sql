with contacts as (
    select * from {{ ref('int_contacts_by_year') }}
),

rules as (
    select * from {{ ref('int_relation_rules') }}
),

days_met as (
    select distinct
        person_id,
        period_type,
        provider,
        worker_id,
        contact_date
    from contacts
    -- drops contacts that name no worker
    where worker_id is not null
),

lagged as (
    select
        *,
        lag(contact_date) over (
            partition by person_id, period_type, provider, worker_id
            order by contact_date
        ) as previous_date
    from days_met
),

-- a gap longer than the rule begins another relationship with the same worker
numbered as (
    select
        lagged.*,
        count(*) filter (
            where lagged.contact_date
            > {{ days_after('lagged.previous_date', 'rules.relationship_gap_days') }}
        ) over (
            partition by
                lagged.person_id, lagged.period_type, lagged.provider, lagged.worker_id
            order by lagged.contact_date
        ) as relationship_number
    from lagged
    cross join rules
),

relationships as (
    select
        person_id,
        period_type,
        provider,
        worker_id,
        relationship_number,
        min(contact_date) as first_date,
        max(contact_date) as last_date,
        {{ dbt.datediff('min(contact_date)', 'max(contact_date)', 'day') }}
            as relationship_days
    from numbered
    group by person_id, period_type, provider, worker_id, relationship_number
)

select * from relationships
