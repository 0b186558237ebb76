{{ config(materialized='view') }}

with counted as (
    select * from {{ ref('int_continuity_outcomes_counted') }}
),

covered as (
    select * from {{ ref('int_calendar_covered') }}
),

judged as (
    select * from {{ ref('int_continuity_judged') }}
),

-- every cell is there, so that an empty one is seen
cells as (
    {% for band in [
        'all', 'quarter_1', 'quarter_2', 'quarter_3', 'quarter_4', 'not_known',
    ] %}
        {% set last_band = loop.last %}
        {% for third in ['low', 'middle', 'high'] %}
            {% set last_third = loop.last %}
            {% for outcome in ['crisis', 'planned_ending', 'unplanned_ending'] %}
                select
                    '{{ band }}' as complexity_band,
                    '{{ third }}' as continuity_third,
                    '{{ outcome }}' as outcome_type
                {% if not (last_band and last_third and loop.last) %}
                    union all
                {% endif %}
            {% endfor %}
        {% endfor %}
    {% endfor %}
),

named as (
    select count(*) as people_count
    from judged
    where named_contacts_count > 0
),

spread as (
    select
        cells.*,
        counted.average_bice_boxerman_index,
        counted.average_longest_relationship_days,
        covered.period_start_date,
        covered.period_end_date,
        covered.providers_expected_count,
        covered.providers_received_count,
        coalesce(counted.people_count, 0) as people_count,
        coalesce(counted.with_outcome_count, 0) as with_outcome_count,
        case
            when not covered.is_covered then 'not_received'
            when named.people_count = 0 then 'no_worker_named'
            when counted.people_count is null then 'nobody_to_count'
        end as status_reason_type
    from cells
    cross join named
    inner join covered on covered.period_type = 'last_year'
    left join counted
        on
            cells.complexity_band = counted.complexity_band
            and cells.continuity_third = counted.continuity_third
            and cells.outcome_type = counted.outcome_type
)

select * from spread
