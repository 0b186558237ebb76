{{ config(materialized='view') }}

with episodes as (
    select * from {{ ref('int_episodes_unioned') }}
),

service_types as (
    select * from {{ ref('service_types') }}
),

worded as (
    select
        episodes.*,
        service_types.words as service_words,
        replace(episodes.decision_type, '_', ' ')
        || coalesce(' (' || replace(episodes.decision_reason_type, '_', ' ') || ')', '')
            as decision_words,
        replace(episodes.end_type, '_', ' ') as end_words
    from episodes
    inner join service_types on episodes.service_type = service_types.service_type
),

events as (
    select
        episode_id || '-referral' as event_id, person_id, 'referral' as event_type,
        sector, provider, 'Referral: ' || service_words as words,
        referral_date as event_date
    from worded
    union all
    select
        episode_id || '-decision', person_id, 'decision', sector, provider,
        'Decision, ' || decision_words || ': ' || service_words, decision_date
    from worded
    union all
    select
        episode_id || '-start', person_id, 'start', sector, provider,
        'Start: ' || service_words, start_date
    from worded
    union all
    select
        episode_id || '-end', person_id, 'end', sector, provider,
        'End, ' || end_words || ': ' || service_words, end_date
    from worded
),

dated as (
    select *
    from events
    -- drops steps that an episode has not taken
    where event_date is not null
)

select * from dated
