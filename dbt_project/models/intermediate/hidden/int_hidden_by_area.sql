{{ config(materialized='view') }}

with cells as (
    select * from {{ ref('int_hidden_cells') }}
),

estimates as (
    select * from {{ ref('int_hidden_estimates') }}
),

period_coverage as (
    select * from {{ ref('int_period_coverage') }}
),

by_area as (
    select
        cells.period_type,
        cells.area_code,
        {% for reading in ['strict', 'central', 'loose'] %}
            max(
                case
                    when cells.link_strength_type = '{{ reading }}'
                        then cells.people_known_count
                end
            ) as {{ reading }}_known_count,
            max(
                case
                    when cells.link_strength_type = '{{ reading }}'
                        then estimates.total
                end
            ) as {{ reading }}_total_count{{ ',' if not loop.last }}
        {% endfor %}
    from cells
    left join estimates
        on
            cells.period_type = estimates.period_type
            and cells.area_code = estimates.area_code
            and cells.link_strength_type = estimates.link_strength_type
    group by cells.period_type, cells.area_code
),

-- people known where a sector sent nothing are too few, so there is no count of them
covered as (
    select
        by_area.*,
        period_coverage.period_start_date,
        period_coverage.period_end_date,
        period_coverage.providers_expected_count,
        period_coverage.providers_received_count,
        concat_ws(
            ', ',
            case when period_coverage.is_homelessness_covered then 'homelessness' end,
            case when period_coverage.is_drugs_covered then 'drugs' end,
            case when period_coverage.is_offending_covered then 'offending' end,
            case when period_coverage.is_mental_health_covered then 'mental health' end
        ) as lists_words,
        period_coverage.is_homelessness_covered
        and period_coverage.is_drugs_covered
        and period_coverage.is_offending_covered
        and period_coverage.is_mental_health_covered as is_known_counted
    from by_area
    inner join period_coverage on by_area.period_type = period_coverage.period_type
)

select * from covered
