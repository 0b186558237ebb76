with needs_recorded as (
    select * from {{ ref('int_needs_recorded') }}
),

assessments as (
    select * from {{ ref('int_assessments_unioned') }}
),

asked_facts as (
    select * from {{ ref('asked_facts') }}
),

-- a fact is one need, or one kind of assessment, whatever the form it is asked on
facts as (
    select
        needs_recorded.person_id,
        needs_recorded.provider,
        needs_recorded.need_type as fact_type,
        needs_recorded.recorded_date as asked_date
    from needs_recorded
    inner join asked_facts
        on
            needs_recorded.sector = asked_facts.sector
            and needs_recorded.evidence_type = asked_facts.evidence_type
    -- drops evidence that nobody asked the person for
    where asked_facts.is_asked
    union
    select
        person_id,
        provider,
        'assessment ' || assessment_type as fact_type,
        assessment_date as asked_date
    from assessments
)

select * from facts
