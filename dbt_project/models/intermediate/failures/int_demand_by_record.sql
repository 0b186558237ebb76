with classified as (
    select * from {{ ref('int_demand_classified') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

-- records are far fewer than events: what follows counts from these
by_record as (
    select
        periods.period_type,
        classified.rule,
        classified.origin_sector,
        classified.origin_provider,
        classified.presenting_sector,
        classified.presenting_provider,
        classified.record_id,
        count(*) as events_count,
        count(classified.unit_cost_pence) as events_costed_count,
        sum(classified.unit_cost_pence) as cost_pence
    from classified
    inner join periods
        on
            classified.event_date
            between periods.period_start_date and periods.period_end_date
    group by
        periods.period_type,
        classified.rule,
        classified.origin_sector,
        classified.origin_provider,
        classified.presenting_sector,
        classified.presenting_provider,
        classified.record_id
)

select * from by_record
