with ended as (
    select * from {{ ref('int_relationships_ended') }}
),

episodes as (
    select * from {{ ref('int_episodes_unioned') }}
),

rules as (
    select * from {{ ref('int_relation_rules') }}
),

-- endings of the provider's own episodes while the gap ran, and whether another
-- provider began the same kind of service around then
closings as (
    select
        ended.person_id,
        ended.period_type,
        ended.provider,
        ended.worker_id,
        ended.last_date,
        bool_or(moved.episode_id is not null) as is_moved,
        bool_or(closed.end_type in ('unplanned', 'referred_on', 'other', 'not_known'))
            as is_closed
    from ended
    cross join rules
    inner join episodes as closed
        on
            ended.person_id = closed.person_id
            and ended.provider = closed.provider
            and closed.end_date between ended.last_date and ended.gap_end_date
    left join episodes as moved
        on
            closed.person_id = moved.person_id
            and closed.service_type = moved.service_type
            and closed.provider <> moved.provider
            and moved.start_date
            between {{ days_after('closed.end_date', '-rules.moving_days') }}
            and {{ days_after('closed.end_date', 'rules.moving_days') }}
    group by
        ended.person_id,
        ended.period_type,
        ended.provider,
        ended.worker_id,
        ended.last_date
),

breaks as (
    select
        ended.person_id,
        ended.period_type,
        count(*) as relationships_ended_count,
        count(*) filter (where closings.is_moved) as breaks_by_moving_count,
        count(*) filter (where closings.is_closed and not closings.is_moved)
            as breaks_by_closing_count
    from ended
    left join closings
        on
            ended.person_id = closings.person_id
            and ended.period_type = closings.period_type
            and ended.provider = closings.provider
            and ended.worker_id = closings.worker_id
            and ended.last_date = closings.last_date
    group by ended.person_id, ended.period_type
)

select * from breaks
