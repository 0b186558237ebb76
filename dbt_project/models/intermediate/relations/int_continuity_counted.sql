with indices as (
    select * from {{ ref('int_continuity_indices') }}
),

served as (
    select * from {{ ref('int_people_served') }}
),

relationships as (
    select * from {{ ref('int_relationships') }}
),

worker_changes as (
    select * from {{ ref('int_worker_changes') }}
),

breaks as (
    select * from {{ ref('int_relationship_breaks') }}
),

longest as (
    select
        person_id,
        period_type,
        max(relationship_days) as longest_relationship_days
    from relationships
    group by person_id, period_type
),

-- people in service without a contact on record are here, too
person_years as (
    select
        person_id,
        period_type
    from served
    union
    select
        person_id,
        period_type
    from indices
),

counted as (
    select
        person_years.person_id,
        person_years.period_type,
        indices.usual_provider_index,
        indices.bice_boxerman_index,
        longest.longest_relationship_days,
        worker_changes.worker_changes_count,
        coalesce(indices.contacts_count, 0) as contacts_count,
        coalesce(indices.named_contacts_count, 0) as named_contacts_count,
        coalesce(indices.distinct_workers_count, 0) as distinct_workers_count,
        coalesce(breaks.relationships_ended_count, 0) as relationships_ended_count,
        coalesce(breaks.breaks_by_closing_count, 0) as breaks_by_closing_count,
        coalesce(breaks.breaks_by_moving_count, 0) as breaks_by_moving_count
    from person_years
    {% for part in ['indices', 'longest', 'worker_changes', 'breaks'] %}
        left join {{ part }}
            on
                person_years.person_id = {{ part }}.person_id
                and person_years.period_type = {{ part }}.period_type
    {% endfor %}
)

select * from counted
