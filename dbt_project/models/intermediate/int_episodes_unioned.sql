{% set sectors = ['homelessness', 'drugs', 'offending', 'mental_health'] %}

with sector_episodes as (
    {% for sector in sectors %}
        select
            '{{ sector }}' as sector,
            {{ episode_columns() }}
        from {{ ref('int_' ~ sector ~ '__episodes') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

person_links as (
    select * from {{ ref('stg_commonground__person_links') }}
),

decision_types as (
    select * from {{ ref('decision_types') }}
),

episode_end_types as (
    select * from {{ ref('episode_end_types') }}
),

referral_sources as (
    select * from {{ ref('referral_sources') }}
),

-- recorded words become common ones; a record that linkage left out keeps no person,
-- which the tests refuse
classified as (
    select
        cast(sector_episodes.episode_id as string) as episode_id,
        cast(sector_episodes.record_id as string) as record_id,
        cast(person_links.person_id as string) as person_id,
        cast(sector_episodes.provider as string) as provider,
        cast(sector_episodes.worker_id as string) as worker_id,
        cast(sector_episodes.sector as string) as sector,
        cast(sector_episodes.service_type as string) as service_type,
        cast(sector_episodes.referral_date as date) as referral_date,
        cast(sector_episodes.start_date as date) as start_date,
        cast(sector_episodes.end_date as date) as end_date,
        coalesce(decision_types.decision_type, 'pending') as decision_type,
        nullif(decision_types.decision_reason_type, 'none') as decision_reason_type,
        case
            when sector_episodes.referral_date is not null
                then coalesce(referral_sources.source_type, 'not_known')
        end as source_type,
        nullif(referral_sources.source_sector, 'none') as source_sector,
        case
            when sector_episodes.end_date is not null
                then coalesce(episode_end_types.end_type, 'not_known')
        end as end_type,
        case
            when sector_episodes.end_date is not null
                then nullif(episode_end_types.end_reason_type, 'none')
        end as end_reason_type,
        case
            when decision_types.decision_type is not null
                then cast(sector_episodes.decision_date as date)
        end as decision_date
    from sector_episodes
    left join person_links on sector_episodes.record_id = person_links.record_id
    left join decision_types
        on
            sector_episodes.service_type = decision_types.service_type
            and sector_episodes.recorded_decision_type = decision_types.recorded_type
    left join episode_end_types
        on
            sector_episodes.service_type = episode_end_types.service_type
            and sector_episodes.recorded_end_type = episode_end_types.recorded_type
    left join referral_sources
        on
            sector_episodes.service_type = referral_sources.service_type
            and sector_episodes.recorded_source_type = referral_sources.recorded_type
)

select * from classified
