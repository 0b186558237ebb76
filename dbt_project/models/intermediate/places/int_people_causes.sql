with periods as (
    select * from {{ ref('int_periods') }}
),

answered as (
    select * from {{ ref('int_causes_answered') }}
),

cause_types as (
    select * from {{ ref('cause_types') }}
),

links as (
    select * from {{ ref('int_links_by_strength') }}
),

-- a yes sorts after a no of the same day: one who says it is believed
known as (
    select
        periods.period_type,
        links.link_strength_type,
        links.person_id,
        answered.cause_type,
        cause_types.is_lifelong,
        answered.is_cause,
        coalesce(cast(answered.recorded_date as string), '')
        || case when answered.is_cause then '+' else '' end as arrival
    from answered
    inner join cause_types on answered.cause_type = cause_types.cause_type
    inner join links on answered.record_id = links.record_id
    inner join periods
        on
            answered.recorded_date is null
            or answered.recorded_date <= periods.period_end_date
),

people_causes as (
    select
        period_type,
        link_strength_type,
        person_id,
        cause_type,
        case
            when bool_or(is_lifelong) then bool_or(is_cause)
            else max_by(is_cause, arrival)
        end as has_cause
    from known
    group by period_type, link_strength_type, person_id, cause_type
)

select * from people_causes
