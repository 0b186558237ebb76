{#
    What counts as an assessment, by sector: (model, type, id, day, condition). A person
    is asked to tell their story again; a review of the same plan is none.
#}
{% set candidates = [
    ('stg_drugs__episodes', 'drugs', 'triage', 'episode_id', 'triage_date', none),
    ('int_drugs__support', 'drugs', 'triage', 'episode_id', 'triage_date', none),
    ('stg_drugs__outcomes', 'drugs', 'treatment_outcomes_profile', 'outcome_id',
        'outcome_date', "stage_type = 'start'"),
    ('stg_offending__rehabilitation_referrals', 'offending', 'rehabilitation_assessment',
        'referral_id', 'assessment_attended_date', none),
    ('stg_homelessness__cases', 'homelessness', 'housing_assessment', 'case_id',
        'decision_date', "coalesce(decision_type, 'none') <> 'withdrawn'"),
    ('stg_homelessness__enrolments', 'homelessness', 'intake', 'enrolment_id',
        'entry_date', none),
    ('int_mental_health__assessments', 'mental_health', 'mental_health_assessment',
        'assessment_id', 'assessment_date', none),
] %}

{% set templates = [
    ('ndt_assessments', 'ndt', 'assessed_date'),
    ('outcome_stars', 'outcome_star', 'completed_date'),
] %}

with candidates as (
    {% for model, sector, type, id, day, condition in candidates %}
        select
            '{{ type }}-' || {{ id }} as assessment_id,
            record_id,
            provider,
            '{{ sector }}' as sector,
            '{{ type }}' as assessment_type,
            {{ day }} as assessment_date
        from {{ ref(model) }}
        {% if condition %}where {{ condition }}{% endif %}
        union all
    {% endfor %}
    {% for dataset, type, day in templates %}
        select
            '{{ type }}-' || templates.record_id || cast(templates.{{ day }} as string)
                as assessment_id,
            templates.record_id,
            templates.provider,
            providers.sector,
            '{{ type }}' as assessment_type,
            templates.{{ day }} as assessment_date
        from {{ ref('stg_partnership__' ~ dataset) }} as templates
        inner join {{ ref('int_providers') }} as providers
            on templates.provider = providers.provider
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

person_links as (
    select * from {{ ref('stg_commonground__person_links') }}
),

assessments as (
    select
        cast(candidates.assessment_id as string) as assessment_id,
        cast(candidates.record_id as string) as record_id,
        cast(person_links.person_id as string) as person_id,
        cast(candidates.provider as string) as provider,
        cast(candidates.sector as string) as sector,
        cast(candidates.assessment_type as string) as assessment_type,
        cast(candidates.assessment_date as date) as assessment_date
    from candidates
    left join person_links on candidates.record_id = person_links.record_id
    where candidates.assessment_date is not null
)

select * from assessments
