{# Where demand is read from: (type, source, id, kind, what it was, day). #}
{% set candidates = [
    ('referral', 'referrals', 'episode_id', "'any'", 'service_type', 'referral_date'),
    ('assessment', 'assessments', 'assessment_id', "'any'", 'assessment_type',
        'assessment_date'),
    ('crisis', 'crises', 'crisis_id', 'crisis_type', 'crisis_type', 'crisis_date'),
    ('contact', 'contacts', 'contact_id', 'sector', 'contact_type', 'contact_date'),
] %}

with crises as (
    select * from {{ ref('int_crises_identified') }}
),

assessments as (
    select * from {{ ref('int_assessments_asking') }}
),

contacts as (
    select * from {{ ref('int_contacts_brought') }}
),

referrals as (
    select *
    from {{ ref('int_episodes_unioned') }}
    -- drops what a court ordered: nobody brought it
    where coalesce(source_type, 'not_known') <> 'court'
),

events as (
    {% for type, source, id, kind, recorded, day in candidates %}
        select
            '{{ type }}-' || {{ id }} as event_id,
            '{{ type }}' as event_type,
            {{ kind }} as event_kind,
            {{ recorded }} as recorded_type,
            {{ 'is_chasing' if type == 'contact' else 'false' }} as is_chasing,
            record_id,
            person_id,
            sector,
            provider,
            {{ day }} as event_date
        from {{ source }}
        where {{ day }} <= {{ as_of() }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from events
