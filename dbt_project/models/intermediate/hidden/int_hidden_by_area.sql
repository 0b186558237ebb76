with cells as (
    select * from {{ ref('int_hidden_cells') }}
),

estimates as (
    select * from {{ ref('int_hidden_estimates') }}
),

refusals as (
    select * from {{ ref('int_hidden_refusals') }}
),

rules as (
    select * from {{ ref('hidden_population_rules') }}
),

read_thrice as (
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
            ) as {{ reading }}_total_count,
        {% endfor %}
        cast(100 as double) * max(estimates.total) / min(estimates.total)
            as apart_percent
    from cells
    left join estimates
        on
            cells.period_type = estimates.period_type
            and cells.area_code = estimates.area_code
            and cells.link_strength_type = estimates.link_strength_type
    group by cells.period_type, cells.area_code
),

by_area as (
    select
        read_thrice.*,
        case
            when read_thrice.apart_percent > rules.threshold then rules.words
            else refusals.status_reason
        end as status_reason
    from read_thrice
    inner join rules on rules.rule_type = 'readings_apart'
    left join refusals
        on
            read_thrice.period_type = refusals.period_type
            and read_thrice.area_code = refusals.area_code
)

select * from by_area
