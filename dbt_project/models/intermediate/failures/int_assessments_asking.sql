{{ config(materialized='view') }}

with assessments as (
    select * from {{ ref('int_assessments_unioned') }}
),

assessment_types as (
    select * from {{ ref('assessment_types') }}
),

asking as (
    select
        assessments.assessment_id,
        assessments.record_id,
        assessments.person_id,
        assessments.sector,
        assessments.provider,
        assessments.assessment_type,
        assessments.assessment_date
    from assessments
    inner join assessment_types
        on assessments.assessment_type = assessment_types.assessment_type
    -- drops assessments that ask too little, or whose day is not known, to be a repeat
    where assessment_types.is_reassessment
)

select * from asking
