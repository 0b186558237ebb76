{% set averaged = [
    ('people_estimated_low_count', 'total_low'),
    ('people_estimated_count', 'total'),
    ('people_estimated_high_count', 'total_high'),
] %}

{% set beside = [
    ('span_low_count', 'span_low'),
    ('span_high_count', 'span_high'),
    ('best_model_low_count', 'best_model_low'),
    ('best_model_count', 'best_model_total'),
    ('best_model_high_count', 'best_model_high'),
    ('chao_lower_bound_count', 'chao_lower_bound'),
    ('models_count', 'models_count'),
    ('models_near_count', 'models_near_count'),
] %}

with by_area as (
    select * from {{ ref('int_hidden_by_area') }}
),

estimates as (
    select * from {{ ref('int_hidden_estimates') }}
    -- drops the other two readings, whose totals by_area has
    where link_strength_type = 'central'
),

refusals as (
    select * from {{ ref('int_hidden_refusals') }}
),

hidden_population as (
    select
        cast(by_area.period_type as string) as period_type,
        cast(by_area.area_code as string) as area_code,
        case
            when refusals.status_reason is null then 'published' else 'not_available'
        end as status_type,
        cast(refusals.status_reason as string) as status_reason,
        {% for column, reading in [
            ('people_known_low_count', 'loose'),
            ('people_known_count', 'central'),
            ('people_known_high_count', 'strict'),
        ] %}
            case
                when by_area.is_known_counted
                    then cast(by_area.{{ reading }}_known_count as bigint)
            end as {{ column }},
        {% endfor %}
        {% for column, total in averaged %}
            cast(estimates.{{ total }} - by_area.central_known_count as bigint)
                as {{ column | replace('estimated', 'hidden') }},
        {% endfor %}
        {% for column, source in averaged + beside %}
            cast(estimates.{{ source }} as bigint) as {{ column }},
        {% endfor %}
        cast(by_area.strict_total_count as bigint) as strict_links_count,
        cast(by_area.loose_total_count as bigint) as loose_links_count,
        cast(estimates.best_model_words as string) as model_words,
        cast(by_area.lists_words as string) as lists_words,
        cast(by_area.providers_expected_count as bigint) as providers_expected_count,
        cast(by_area.providers_received_count as bigint) as providers_received_count,
        cast(by_area.period_start_date as date) as period_start_date,
        cast(by_area.period_end_date as date) as period_end_date
    from by_area
    left join estimates
        on
            by_area.period_type = estimates.period_type
            and by_area.area_code = estimates.area_code
    left join refusals
        on
            by_area.period_type = refusals.period_type
            and by_area.area_code = refusals.area_code
)

select * from hidden_population
