{{ config(materialized='view') }}

{# What each figure needs: the provider's own export, its goals, its feedback. #}
{% set people = ['people_count', 'people_low_count', 'people_high_count'] %}
{% set own_goals = ['own_goal_count', 'own_goal_low_count', 'own_goal_high_count'] %}
{% set no_voices = ['no_voice_count', 'no_voice_low_count', 'no_voice_high_count'] %}
{% set goals = [
    'goals_reviewed_count',
    'goals_judged_by_person_count',
    'goals_met_by_person_count',
    'goals_judged_by_service_count',
    'goals_met_by_service_count',
    'goals_judged_by_both_count',
    'goals_agreed_count',
] %}
{% set feedback = [
    'feedback_count', 'feedback_agreed_count', 'feedback_scored_count'
] %}
{% set needs = [
    (people, 'has_own_export'),
    (own_goals, 'has_own_export and has_goals'),
    (no_voices, 'has_own_export and has_goals and has_feedback'),
    (goals, 'has_goals'),
    (feedback, 'has_feedback'),
] %}

with provider_periods as (
    select * from {{ ref('int_provider_periods') }}
),

voices_counted as (
    select * from {{ ref('int_voices_counted') }}
),

goals_agreed as (
    select * from {{ ref('int_goals_agreed') }}
),

feedback_counted as (
    select * from {{ ref('int_feedback_counted') }}
),

-- what a provider does not send is not none
shown as (
    select
        provider_periods.period_type,
        provider_periods.provider,
        provider_periods.sector,
        provider_periods.has_own_export,
        provider_periods.has_goals,
        provider_periods.has_feedback,
        provider_periods.providers_expected_count,
        provider_periods.providers_received_count,
        provider_periods.period_start_date,
        provider_periods.period_end_date,
        {% for counts, condition in needs %}
            {% for count in counts %}
                case when {{ condition }} then coalesce({{ count }}, 0) end
                    as {{ count }},
            {% endfor %}
        {% endfor %}
        case when provider_periods.has_goals then goals_agreed.goals_kappa end
            as goals_kappa,
        case
            when provider_periods.has_feedback
                then feedback_counted.feedback_score_mean
        end as feedback_score_mean
    from provider_periods
    {% for counted in ['voices_counted', 'goals_agreed', 'feedback_counted'] %}
        left join {{ counted }}
            on
                provider_periods.period_type = {{ counted }}.period_type
                and provider_periods.provider = {{ counted }}.provider
    {% endfor %}
)

select * from shown
