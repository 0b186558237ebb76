with judged as (
    select * from {{ ref('int_continuity_judged') }}
),

relationship_continuity as (
    select
        cast(person_id as string) as person_id,
        cast(period_type as string) as period_type,
        cast({{ status_by('status_reason_type') }} as string) as status_type,
        cast(status_reason_type as string) as status_reason_type,
        cast(contacts_count as bigint) as contacts_count,
        cast(named_contacts_count as bigint) as named_contacts_count,
        {% for figure in [
            'distinct_workers_count', 'worker_changes_count',
            'relationships_ended_count', 'breaks_by_closing_count',
            'breaks_by_moving_count',
        ] %}
            cast(case when status_reason_type is null then {{ figure }} end as bigint)
                as {{ figure }},
        {% endfor %}
        {% for figure in ['usual_provider_index', 'bice_boxerman_index'] %}
            cast(case when status_reason_type is null then {{ figure }} end as double)
                as {{ figure }},
        {% endfor %}
        cast(
            case when status_reason_type is null then longest_relationship_days end
            as integer
        ) as longest_relationship_days,
        cast(relationship_gap_days as integer) as relationship_gap_days,
        cast(
            case when status_reason_type is null then distinct_workers_count = 1 end
            as boolean
        ) as has_kept_one_worker,
        cast(providers_expected_count as bigint) as providers_expected_count,
        cast(providers_received_count as bigint) as providers_received_count,
        cast(period_start_date as date) as period_start_date,
        cast(period_end_date as date) as period_end_date
    from judged
)

select * from relationship_continuity
