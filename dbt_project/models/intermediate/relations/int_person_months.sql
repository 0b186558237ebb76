with months_open as (
    select * from {{ ref('int_months_open') }}
),

months_met as (
    select * from {{ ref('int_months_met') }}
),

calendar as (
    select * from {{ ref('int_calendar') }}
),

person_months as (
    select
        person_id,
        month_date
    from months_open
    union
    -- drops contacts of months that the calendar does not keep
    select
        months_met.person_id,
        months_met.month_date
    from months_met
    inner join calendar
        on months_met.month_date = calendar.period_start_date
    where calendar.period_type = 'month'
)

select * from person_months
