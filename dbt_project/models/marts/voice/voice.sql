{% set people = ['people', 'own_goal', 'no_voice'] %}
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

with shown as (
    select * from {{ ref('int_voice_shown') }}
),

voice as (
    select
        cast(period_type as string) as period_type,
        cast(provider as string) as provider,
        cast(sector as string) as sector,
        {{ status_of('no_voice_count') }} as status_type,
        case
            when not has_goals and not has_feedback then 'no_template_sent'
            when not has_goals then 'no_goals_sent'
            when not has_feedback then 'no_feedback_sent'
            when not has_own_export then 'provider_not_received'
            else 'available'
        end as status_reason_type,
        {{ status_of('goals_reviewed_count') }} as goals_status_type,
        {{ status_of('feedback_count') }} as feedback_status_type,
        {% for name in people %}
            {% for end in ['', 'low_', 'high_'] %}
                cast({{ name }}_{{ end }}count as bigint)
                    as {{ name }}_{{ end }}count,
            {% endfor %}
        {% endfor %}
        {{ share_with_interval('own_goal', 'people') }},
        {{ share_with_interval('no_voice', 'people') }},
        {% for count in goals %}
            cast({{ count }} as bigint) as {{ count }},
        {% endfor %}
        {{ share('goals_met_by_person_count', 'goals_judged_by_person_count') }}
            as goals_met_by_person_share,
        {{ share('goals_met_by_service_count', 'goals_judged_by_service_count') }}
            as goals_met_by_service_share,
        {{ share('goals_agreed_count', 'goals_judged_by_both_count') }}
            as goals_agreed_share,
        cast(goals_kappa as double) as goals_kappa,
        {% for count in feedback %}
            cast({{ count }} as bigint) as {{ count }},
        {% endfor %}
        cast(feedback_score_mean as double) as feedback_score_mean,
        cast(providers_expected_count as bigint) as providers_expected_count,
        cast(providers_received_count as bigint) as providers_received_count,
        cast(period_start_date as date) as period_start_date,
        cast(period_end_date as date) as period_end_date
    from shown
)

select * from voice
