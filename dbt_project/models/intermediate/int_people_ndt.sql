{{ config(materialized='view') }}

with assessments as (
    select * from {{ ref('stg_partnership__ndt_assessments') }}
),

person_links as (
    select * from {{ ref('stg_commonground__person_links') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

-- the newest assessment of a period counts; of two on one day, the higher
newest as (
    select
        person_links.person_id,
        periods.period_type,
        assessments.total_score
    from assessments
    inner join person_links on assessments.record_id = person_links.record_id
    inner join periods
        on
            assessments.assessed_date
            between periods.period_start_date and periods.period_end_date
    -- drops assessments without a total, and all but the newest
    where assessments.total_score is not null
    qualify row_number() over (
        partition by person_links.person_id, periods.period_type
        order by assessments.assessed_date desc, assessments.total_score desc
    ) = 1
)

select * from newest
