with periods as (
    select * from {{ ref('int_periods') }}
),

records_served as (
    select * from {{ ref('int_records_served') }}
),

links as (
    select * from {{ ref('int_links_by_strength') }}
),

goals as (
    select * from {{ ref('stg_partnership__goals') }}
),

feedback as (
    select * from {{ ref('stg_partnership__feedback') }}
),

-- a goal stays the person's until it is withdrawn; feedback may be given without a name
spoken as (
    select
        record_id,
        set_date as spoken_date,
        'goal' as voice_type
    from goals
    -- drops goals in a worker's words
    where is_in_own_words
    union all
    select
        record_id,
        feedback_date as spoken_date,
        'feedback' as voice_type
    from feedback
    -- drops scores alone, and feedback whose giver is not known
    where has_own_words and record_id is not null
),

served as (
    select distinct
        records_served.period_type,
        records_served.provider,
        records_served.record_id,
        links.link_strength_type,
        links.person_id,
        periods.period_end_date
    from records_served
    inner join periods on records_served.period_type = periods.period_type
    inner join links on records_served.record_id = links.record_id
),

people_voices as (
    select
        served.period_type,
        served.provider,
        served.link_strength_type,
        served.person_id,
        coalesce(bool_or(spoken.voice_type = 'goal'), false) as has_own_goal,
        coalesce(bool_or(spoken.voice_type is not null), false) as has_voice
    from served
    left join spoken
        on
            served.record_id = spoken.record_id
            and served.period_end_date >= spoken.spoken_date
    group by
        served.period_type,
        served.provider,
        served.link_strength_type,
        served.person_id
)

select * from people_voices
