with periods as (
    select * from {{ ref('int_periods') }}
),

served as (
    select * from {{ ref('int_records_served') }}
),

needs_recorded as (
    select * from {{ ref('int_needs_recorded') }}
),

flagged as (
    -- being in a sector's service is having the need that sector is for
    select
        record_id,
        person_id,
        sector,
        period_type,
        true as is_in_service,
        false as is_recorded,
        has_episode,
        case when sector = 'drugs' then 'substance_use' else sector end as need_type
    from served
    union all
    select
        needs_recorded.record_id,
        needs_recorded.person_id,
        needs_recorded.sector,
        periods.period_type,
        false as is_in_service,
        true as is_recorded,
        false as has_episode,
        needs_recorded.need_type
    from needs_recorded
    inner join periods
        on
            needs_recorded.recorded_date
            between periods.period_start_date and periods.period_end_date
    -- drops side needs: no sector of the four is for them
    where
        needs_recorded.need_type
        in ('homelessness', 'substance_use', 'offending', 'mental_health')
),

record_needs as (
    select
        cast(record_id as string) as record_id,
        cast(person_id as string) as person_id,
        cast(sector as string) as sector,
        cast(period_type as string) as period_type,
        cast(need_type as string) as need_type,
        bool_or(is_in_service) as is_in_service,
        bool_or(is_recorded) as is_recorded,
        bool_or(has_episode) as has_episode
    from flagged
    group by record_id, person_id, sector, period_type, need_type
)

select * from record_needs
