{# Figure, and the condition beside coverage on which it can be told. #}
{% set figures = [
    ('open_episodes_count', 'true'),
    ('open_providers_count', 'true'),
    ('open_sectors_count', 'true'),
    ('lead_workers_count',
        'not (counted.lead_workers_count = 0 and counted.lead_workers_most_count > 0)'),
    ('lead_workers_most_count', 'true'),
    ('distinct_workers_count', 'true'),
    ('assessments_count', 'supplied.has_assessments'),
    ('handovers_count', 'supplied.has_handovers'),
    ('facts_reasked_count', 'supplied.has_facts'),
] %}

with counted as (
    select * from {{ ref('int_coordination_counted') }}
),

covered as (
    select * from {{ ref('int_calendar_covered') }}
),

rules as (
    select * from {{ ref('int_relation_rules') }}
),

supplied as (
    select * from {{ ref('int_load_supplied') }}
),

coordination_load as (
    select
        cast(counted.person_id as string) as person_id,
        cast(
            case when covered.is_covered then 'published' else 'not_available' end
            as string
        ) as status_type,
        cast(
            case
                when
                    covered.is_covered
                    and counted.distinct_workers_count is not null
                    then 'published'
                else 'not_available'
            end as string
        ) as workers_status_type,
        {% for figure, condition in figures %}
            cast(
                case
                    when covered.is_covered and {{ condition }}
                        then counted.{{ figure }}
                end as bigint
            ) as {{ figure }},
        {% endfor %}
        cast(rules.load_days as integer) as window_days,
        cast(covered.providers_expected_count as bigint) as providers_expected_count,
        cast(covered.providers_received_count as bigint) as providers_received_count,
        cast(
            case
                when not covered.is_covered then null
                when counted.lead_workers_count >= rules.maze_workers then true
                when counted.lead_workers_most_count < rules.maze_workers then false
            end as boolean
        ) as is_maze,
        cast(counted.month_date as date) as month_date
    from counted
    inner join covered
        on
            counted.month_date = covered.period_start_date
            and covered.period_type = 'month'
    cross join rules
    cross join supplied
)

select * from coordination_load
