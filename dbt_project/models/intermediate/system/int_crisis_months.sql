{% set counts = [
    'crises_count', 'people_low_count', 'people_count', 'people_high_count'
] %}

with month_types as (
    select * from {{ ref('int_crisis_month_types') }}
),

known_people as (
    select * from {{ ref('int_known_people') }}
),

counted as (
    select * from {{ ref('int_crisis_counts') }}
),

-- a month without a crisis is a zero where the month has a figure, else nothing
filled as (
    select
        month_types.period_start_date,
        month_types.period_end_date,
        month_types.crisis_type,
        month_types.reason_type,
        known_people.area_code,
        known_people.known_people_count,
        {% for count in counts %}
            case
                when month_types.reason_type is null
                    then coalesce(counted.{{ count }}, 0)
            end as {{ count }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from month_types
    cross join known_people
    left join counted
        on
            month_types.period_start_date = counted.period_start_date
            and month_types.crisis_type = counted.crisis_type
            and known_people.area_code = counted.area_code
)

select * from filled
