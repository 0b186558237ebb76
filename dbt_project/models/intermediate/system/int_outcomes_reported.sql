with episodes as (
    select * from {{ ref('int_episodes_unioned') }}
),

quarters as (
    select *
    from {{ ref('int_calendar') }}
    -- drops months and rolling years
    where period_type = 'quarter'
),

outcomes as (
    select
        episodes.episode_id,
        episodes.record_id,
        episodes.person_id,
        episodes.provider,
        episodes.sector,
        episodes.start_date,
        episodes.end_date,
        episodes.end_type,
        quarters.period_start_date,
        quarters.period_end_date,
        episodes.end_type = 'planned' and episodes.referral_date is not null
            as is_success
    from episodes
    inner join quarters
        on
            episodes.end_date
            between quarters.period_start_date and quarters.period_end_date
    -- drops deaths: nobody chooses their day
    where episodes.end_type <> 'died'
)

select * from outcomes
