{{ config(materialized='view') }}

with counted as (
    select * from {{ ref('int_causes_counted') }}
),

covered as (
    select * from {{ ref('int_place_coverage') }}
),

recorded as (
    select
        cause_type,
        max(answered_count) > 0 as is_recorded
    from counted
    group by cause_type
),

judged as (
    select
        counted.period_type,
        counted.period_start_date,
        counted.period_end_date,
        counted.sector,
        counted.cause_type,
        counted.served_count,
        counted.answered_count,
        counted.people_count,
        counted.people_low_count,
        counted.people_high_count,
        coalesce(covered.is_covered, false) as is_covered,
        coalesce(covered.providers_expected_count, 0) as providers_expected_count,
        coalesce(covered.providers_received_count, 0) as providers_received_count,
        case
            when not coalesce(covered.is_covered, false) then 'sector_not_received'
            when not recorded.is_recorded then 'no_provider_records_it'
            when counted.answered_count = 0 then 'nobody_was_asked'
            else 'available'
        end as status_reason_type
    from counted
    inner join recorded on counted.cause_type = recorded.cause_type
    left join covered
        on
            counted.period_type = covered.period_type
            and counted.sector = covered.sector
)

select * from judged
