{{ config(materialized='view') }}

with episodes as (
    select * from {{ ref('int_episodes_unioned') }}
),

-- the day an episode ends is not a day it is open, so that one that follows another
-- on the same day does not stand beside it; an episode of one day was open that day
spanned as (
    select
        episode_id,
        person_id,
        provider,
        sector,
        worker_id,
        start_date,
        case
            when end_date is null or end_date > {{ as_of() }} then {{ as_of() }}
            when end_date > start_date then {{ days_after('end_date', -1) }}
            else start_date
        end as last_open_date
    from episodes
    -- drops episodes that have not started by the day in view
    where start_date <= {{ as_of() }}
)

select * from spanned
