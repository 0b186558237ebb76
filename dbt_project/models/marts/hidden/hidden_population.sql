{% set figures = [
    ('people_estimated_low_count', 'total_low'),
    ('people_estimated_count', 'total'),
    ('people_estimated_high_count', 'total_high'),
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

period_coverage as (
    select
        *,
        {{ sectors_covered_count() }} as lists_count
    from {{ ref('int_period_coverage') }}
),

hidden_population as (
    select
        cast(by_area.period_type as string) as period_type,
        cast(by_area.area_code as string) as area_code,
        {{ status_by('by_area.status_reason') }} as status_type,
        cast(by_area.status_reason as string) as status_reason,
        {% for end, links in [
            ('_low', 'loose'), ('', 'central'), ('_high', 'strict')
        ] %}
            case
                when period_coverage.lists_count = 4
                    then cast(by_area.{{ links }}_known_count as bigint)
            end as people_known{{ end }}_count,
        {% endfor %}
        {% for column, total in figures[:3] %}
            cast(estimates.{{ total }} - by_area.central_known_count as bigint)
                as {{ column | replace('estimated', 'hidden') }},
        {% endfor %}
        {% for column, source in figures %}
            cast(estimates.{{ source }} as bigint) as {{ column }},
        {% endfor %}
        {% for reading in ['strict', 'loose'] %}
            case
                when by_area.status_reason is null
                    then cast(by_area.{{ reading }}_total_count as bigint)
            end as {{ reading }}_links_count,
        {% endfor %}
        cast(estimates.best_model_words as string) as model_words,
        cast(period_coverage.lists_count as integer) as lists_count,
        cast(period_coverage.providers_expected_count as bigint)
            as providers_expected_count,
        cast(period_coverage.providers_received_count as bigint)
            as providers_received_count,
        cast(period_coverage.period_start_date as date) as period_start_date,
        cast(period_coverage.period_end_date as date) as period_end_date
    from by_area
    inner join period_coverage on by_area.period_type = period_coverage.period_type
    left join estimates
        on
            by_area.period_type = estimates.period_type
            and by_area.area_code = estimates.area_code
            and by_area.status_reason is null
)

select * from hidden_population
