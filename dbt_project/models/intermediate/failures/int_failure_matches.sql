with candidates as (
    select * from {{ ref('int_failure_candidates') }}
),

origins as (
    select * from {{ ref('int_failure_origins') }}
),

rules as (
    select * from {{ ref('failure_demand_rules') }}
),

matched as (
    select
        candidates.event_id,
        candidates.event_type,
        candidates.event_kind,
        candidates.record_id,
        candidates.person_id,
        candidates.rule,
        candidates.sector,
        candidates.provider,
        candidates.event_date,
        origins.source_id,
        origins.origin_date,
        rules.priority,
        -- demand originates at the earlier service, or where it presents
        case
            when rules.originates_type = 'presenting_service' then candidates.sector
            else origins.origin_sector
        end as origin_sector,
        case
            when rules.originates_type = 'presenting_service' then candidates.provider
            else origins.origin_provider
        end as origin_provider
    from candidates
    inner join rules on candidates.rule = rules.rule
    inner join origins
        on
            candidates.rule = origins.rule
            and candidates.person_id = origins.person_id
            and candidates.event_date between origins.from_date and origins.until_date
    -- drops returns to another sector, a provider's repeat of its own assessment, and a
    -- chase beside another: these rules ask about neither
    where
        case candidates.rule
            when 'repeat_presentation' then candidates.sector = origins.origin_sector
            when 'reassessment' then candidates.provider <> origins.origin_provider
            when 'chasing' then candidates.event_id = 'contact-' || origins.source_id
            else true
        end
),

-- of several earlier steps the nearest; of those on one day the first by name
nearest as (
    select *
    from matched
    qualify row_number() over (
        partition by event_id, rule
        order by origin_date desc, origin_provider asc, source_id asc
    ) = 1
),

matches as (
    select
        *,
        row_number() over (partition by event_id order by priority) = 1 as is_primary
    from nearest
)

select * from matches
