{% set counts = [
    'total_low',
    'total',
    'total_high',
    'best_model_low',
    'best_model_total',
    'best_model_high',
    'span_low',
    'span_high',
    'models_count',
    'models_near_count',
    'chao_lower_bound',
] %}

with cells as (
    select * from {{ ref('int_hidden_cells') }}
),

refusals as (
    select * from {{ ref('int_hidden_refusals') }}
),

rules as (
    select * from {{ ref('hidden_population_rules') }}
),

settings as (
    select
        max(case when rule_type = 'highest_term' then threshold end) as highest_term,
        max(case when rule_type = 'models_near' then threshold end) as models_near
    from rules
),

-- drops what a rule refuses, before anything is estimated
supported as (
    select
        cells.*,
        settings.highest_term,
        settings.models_near
    from cells
    cross join settings
    left join refusals
        on
            cells.period_type = refusals.period_type
            and cells.area_code = refusals.area_code
    where refusals.status_reason is null
),

estimated as (
    select
        period_type,
        area_code,
        link_strength_type,
        {{ estimate_hidden('highest_term', 'models_near') }} as estimate
    from supported
),

estimates as (
    select
        cast(period_type as string) as period_type,
        cast(area_code as string) as area_code,
        cast(link_strength_type as string) as link_strength_type,
        {% for count in counts %}
            cast(estimate.{{ count }} as bigint) as {{ count }},
        {% endfor %}
        cast(estimate.best_model_words as string) as best_model_words
    from estimated
)

select * from estimates
