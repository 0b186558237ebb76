with met as (
    select * from {{ ref('int_months_met') }}
),

spans as (
    select * from {{ ref('int_episodes_spanned') }}
),

windows as (
    select * from {{ ref('int_load_windows') }}
),

-- a worker counts once, whether they met the person or lead an episode of theirs
known as (
    select
        met.person_id,
        met.worker_id,
        windows.month_date
    from met
    inner join windows
        on
            met.last_contact_date >= windows.window_start_date
            and met.month_date <= windows.month_date
    -- drops contacts that name no worker
    where met.worker_id is not null
    union
    select
        spans.person_id,
        spans.worker_id,
        windows.month_date
    from spans
    inner join windows
        on
            spans.last_open_date >= windows.window_start_date
            and spans.start_date <= windows.period_end_date
    -- drops episodes that name no worker
    where spans.worker_id is not null
),

counted as (
    select
        person_id,
        month_date,
        count(*) as distinct_workers_count
    from known
    group by person_id, month_date
)

select * from counted
