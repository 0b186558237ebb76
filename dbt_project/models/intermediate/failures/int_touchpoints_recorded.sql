{{ config(materialized='view') }}

{#
    Where a touchpoint is read from: (type, model, id, day, condition). A type of none is
    the one that the kind of assessment has in the seed assessment_types.
#}
{% set rejected = "decision_type = 'rejected'" %}
{% set candidates = [
    ('referral', 'int_episodes_unioned', 'episode_id', 'referral_date', none),
    ('rejection', 'int_episodes_unioned', 'episode_id', 'decision_date', rejected),
    ('long_wait', 'int_long_waits', 'episode_id', 'long_from_date', none),
    ('closure_after_non_attendance', 'int_closures_after_absence', 'episode_id',
        'closure_date', none),
    ('hand_over', 'int_hand_overs', 'source_id', 'hand_over_date', none),
] %}

with assessments as (
    select * from {{ ref('int_assessments_unioned') }}
),

assessment_types as (
    select * from {{ ref('assessment_types') }}
),

recorded as (
    {% for type, model, id, day, condition in candidates %}
        select
            '{{ type }}' as touchpoint_type,
            {{ id }} as source_id,
            person_id,
            sector,
            provider,
            {{ day }} as touchpoint_date
        from {{ ref(model) }}
        where
            {{ day }} <= {{ as_of() }}
            {% if condition %}and {{ condition }}{% endif %}
        union all
    {% endfor %}
    select
        assessment_types.touchpoint_type,
        assessments.assessment_id as source_id,
        assessments.person_id,
        assessments.sector,
        assessments.provider,
        assessments.assessment_date as touchpoint_date
    from assessments
    inner join assessment_types
        on assessments.assessment_type = assessment_types.assessment_type
    -- drops assessments whose day nobody wrote down: they met the person on another
    where
        assessment_types.touchpoint_type <> 'none'
        and assessments.assessment_date <= {{ as_of() }}
)

select * from recorded
