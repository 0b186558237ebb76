with periods as (
    select * from {{ ref('int_periods') }}
),

needs_recorded as (
    select * from {{ ref('int_needs_recorded') }}
),

strengths as (
    select * from {{ ref('stg_partnership__strengths') }}
),

links as (
    select * from {{ ref('int_links_by_strength') }}
),

noted as (
    select
        record_id,
        provider,
        recorded_date,
        need_type,
        cast(null as string) as strength_type
    from needs_recorded
    union all
    select
        record_id,
        provider,
        recorded_date,
        cast(null as string) as need_type,
        strength_type
    from strengths
),

-- the same need or strength told twice in a period is one
people_strengths as (
    select
        periods.period_type,
        noted.provider,
        links.link_strength_type,
        links.person_id,
        count(distinct noted.need_type) as needs_count,
        count(distinct noted.strength_type) as strengths_count
    from noted
    inner join links on noted.record_id = links.record_id
    inner join periods
        on
            noted.recorded_date
            between periods.period_start_date and periods.period_end_date
    group by
        periods.period_type,
        noted.provider,
        links.link_strength_type,
        links.person_id
)

select * from people_strengths
