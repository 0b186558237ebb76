{% set counts = ['rejected_count', 'waiting_count', 'start_count'] %}

with counted as (
    select * from {{ ref('int_gap_counts') }}
),

sector_coverage as (
    select * from {{ ref('int_sector_coverage') }}
),

-- a quarter its sector does not cover has no figure, and lends none to a year
covered as (
    select
        counted.period_number,
        counted.period_start_date,
        counted.period_end_date,
        counted.area_code,
        counted.sector,
        counted.need_type,
        coalesce(sector_coverage.is_covered, false) as is_covered,
        {% for count in counts %}
            case when sector_coverage.is_covered then counted.{{ count }} end
                as {{ count }},
        {% endfor %}
        case
            when sector_coverage.is_covered
                then counted.rejected_count + counted.waiting_count
        end as unmet_count
    from counted
    left join sector_coverage
        on
            counted.sector = sector_coverage.sector
            and counted.period_end_date = sector_coverage.period_end_date
            and sector_coverage.period_type = 'quarter'
),

-- the year that ends with the quarter evens out the seasons
yearly as (
    select
        *,
        {% for count in ['unmet_count', 'start_count'] %}
            sum({{ count }}) over (
                partition by area_code, need_type
                order by period_start_date
                rows between 3 preceding and current row
            ) as year_{{ count }},
            lag({{ count }}, 4) over (
                partition by area_code, need_type order by period_start_date
            ) as {{ count }}_year_before,
        {% endfor %}
        count(start_count) over (
            partition by area_code, need_type
            order by period_start_date
            rows between 3 preceding and current row
        ) as year_quarters_count,
        row_number() over (
            partition by area_code, need_type order by period_start_date
        ) as quarter_number
    from covered
)

select * from yearly
