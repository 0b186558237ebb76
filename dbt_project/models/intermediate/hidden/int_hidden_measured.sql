{{ config(materialized='view') }}

{% set pairs = [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]] %}

with cells as (
    select * from {{ ref('int_hidden_cells') }}
),

period_coverage as (
    select * from {{ ref('int_period_coverage') }}
),

rules as (
    select * from {{ ref('hidden_population_rules') }}
),

-- what each rule of the seed speaks of
measured as (
    select
        cells.period_type,
        cells.area_code,
        cells.link_strength_type,
        rules.rule_number,
        rules.bound_type,
        rules.threshold,
        rules.words,
        case rules.rule_type
            when 'sectors_covered' then {{ sectors_covered_count() }}
            when 'providers_missing'
                then
                    period_coverage.providers_expected_count
                    - period_coverage.providers_received_count
            when 'people_known' then cells.people_known_count
            when 'people_on_list'
                then
                    least(
                        {% for number in range(4) %}
                            {{ people_on_lists([number]) }}{{ ',' if not loop.last }}
                        {% endfor %}
                    )
            when 'people_on_two_lists'
                then
                    least(
                        {% for pair in pairs %}
                            {{ people_on_lists(pair) }}{{ ',' if not loop.last }}
                        {% endfor %}
                    )
            when 'histories_empty' then {{ empty_histories_count() }}
        end as measured_count
    from cells
    inner join period_coverage on cells.period_type = period_coverage.period_type
    cross join rules
    -- drops settings, and what can be told only once there are estimates
    where rules.bound_type in ('least', 'most')
)

select * from measured
