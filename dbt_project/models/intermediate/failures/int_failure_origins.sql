{#
    Steps at which failure demand may originate, by rule: (rule, model, id, day, condition,
    first day on which demand counts, last day; none is by the rule's window).
#}
{% set episodes = 'int_episodes_unioned' %}
{% set rejected = "steps.decision_type = 'rejected'" %}
{% set discharged = "steps.end_type <> 'died' and steps.start_date is not null"
    ~ " and steps.service_type in"
    ~ " (select service_type from discharging_services)" %}
{% set candidates = [
    ('repeat_presentation', episodes, 'episode_id', 'end_date',
        "steps.end_type = 'unplanned'", 1, none),
    ('bounced_referral', episodes, 'episode_id', 'decision_date', rejected, 1, none),
    ('discharge_to_nowhere', episodes, 'episode_id', 'end_date', discharged, 0, none),
    ('crisis_after_refusal', episodes, 'episode_id', 'decision_date', rejected, 1,
        none),
    ('crisis_after_refusal', 'int_long_waits', 'episode_id', 'long_from_date', 'true',
        0, 'wait_until_date'),
    ('dropped_then_crisis', 'int_closures_after_absence', 'episode_id', 'closure_date',
        'true', 1, none),
    ('reassessment', 'int_assessments_asking', 'assessment_id', 'assessment_date',
        'true', 1, none),
    ('chasing', 'int_contacts_unioned', 'contact_id', 'contact_date',
        "steps.purpose_type = 'chasing'", 0, none),
] %}

with rules as (
    select * from {{ ref('failure_demand_rules') }}
),

discharging_services as (
    select service_type
    from {{ ref('service_roles') }}
    where is_discharge_at_end
),

origins as (
    {% for rule, model, id, day, condition, first, until in candidates %}
        {% set last = 'steps.' ~ until if until
            else days_after('steps.' ~ day, 'rules.window_days') %}
        select
            rules.rule,
            steps.{{ id }} as source_id,
            steps.person_id,
            steps.sector as origin_sector,
            steps.provider as origin_provider,
            steps.{{ day }} as origin_date,
            {{ days_after('steps.' ~ day, first) }} as from_date,
            {{ last }} as until_date
        from {{ ref(model) }} as steps
        inner join rules on rules.rule = '{{ rule }}'
        where
            steps.{{ day }} <= {{ as_of() }}
            and {{ condition }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from origins
