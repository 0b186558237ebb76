with facts as (
    select * from {{ ref('int_facts_asked') }}
),

rules as (
    select * from {{ ref('int_relation_rules') }}
),

-- on an earlier day, within the window, another provider wrote the same fact down
reasked as (
    select distinct
        facts.person_id,
        facts.provider,
        facts.fact_type,
        facts.asked_date
    from facts
    cross join rules
    inner join facts as earlier
        on
            facts.person_id = earlier.person_id
            and facts.fact_type = earlier.fact_type
            and facts.provider <> earlier.provider
            and facts.asked_date > earlier.asked_date
            and facts.asked_date
            <= {{ days_after('earlier.asked_date', 'rules.reask_days') }}
)

select * from reasked
