{{ config(materialized='view') }}

{% set steps = [
    ('referral', "'Referral'"),
    ('decision', "'Decision, ' || decision_words"),
    ('start', "'Start'"),
    ('end', "'End, ' || end_words"),
] %}

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
        replace(episodes.end_type, '_', ' ') as end_words,
        replace(episodes.decision_type, '_', ' ')
        || coalesce(' (' || replace(episodes.decision_reason_type, '_', ' ') || ')', '')
            as decision_words
    from episodes
    inner join service_types on episodes.service_type = service_types.service_type
),

events as (
    {% for step, words in steps %}
        select
            episode_id || '-{{ step }}' as event_id,
            person_id,
            '{{ step }}' as event_type,
            sector,
            provider,
            {{ words }} || ': ' || service_words as words,
            {{ step }}_date as event_date
        from worded
        -- drops steps that an episode has not taken
        where {{ step }}_date is not null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from events
