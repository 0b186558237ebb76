{% set keys = [
    'origin_sector', 'origin_provider', 'presenting_sector', 'presenting_provider'
] %}

with classified as (
    select * from {{ ref('int_demand_classified') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

links as (
    select * from {{ ref('int_links_by_strength') }}
),

placed as (
    select
        classified.*,
        periods.period_type
    from classified
    inner join periods
        on
            classified.event_date
            between periods.period_start_date and periods.period_end_date
),

seen as (
    select distinct
        period_type,
        rule,
        {{ keys | join(', ') }},
        record_id
    from placed
),

events as (
    select
        period_type,
        rule,
        {% for key in keys %}coalesce({{ key }}, 'all') as {{ key }}, {% endfor %}
        count(*) as events_count,
        count(unit_cost_pence) as events_costed_count,
        sum(unit_cost_pence) as cost_pence
    from placed
    group by grouping sets (
        (period_type, rule, {{ keys | join(', ') }}), (period_type, rule)
    )
),

people as (
    select
        seen.period_type,
        seen.rule,
        {% for key in keys %}coalesce(seen.{{ key }}, 'all') as {{ key }}, {% endfor %}
        {{ people_by_strength('links') }}
    from seen
    inner join links on seen.record_id = links.record_id
    group by grouping sets (
        (seen.period_type, seen.rule, seen.{{ keys | join(', seen.') }}),
        (seen.period_type, seen.rule)
    )
),

counted as (
    select
        events.*,
        people.people_low_count,
        people.people_count,
        people.people_high_count
    from events
    inner join people
        on
            events.period_type = people.period_type
            and events.rule = people.rule
            and events.origin_provider = people.origin_provider
            and events.presenting_provider = people.presenting_provider
)

select * from counted
