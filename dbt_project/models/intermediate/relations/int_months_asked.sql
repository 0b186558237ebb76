with events as (
    select * from {{ ref('int_load_events') }}
),

windows as (
    select * from {{ ref('int_load_windows') }}
),

counted as (
    select
        events.person_id,
        windows.month_date,
        count(*) filter (where events.event_type = 'assessment') as assessments_count,
        count(*) filter (where events.event_type = 'handover') as handovers_count,
        count(*) filter (where events.event_type = 'fact_reasked')
            as facts_reasked_count
    from events
    inner join windows
        on
            events.event_date
            between windows.window_start_date and windows.period_end_date
    group by events.person_id, windows.month_date
)

select * from counted
