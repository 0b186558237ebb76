with episodes as (
    select * from {{ ref('int_episodes_unioned') }}
),

contacts as (
    select * from {{ ref('int_contacts_unioned') }}
),

windows as (
    select * from {{ ref('failure_windows') }}
    where window_type = 'missed_contact'
),

unplanned as (
    select *
    from episodes
    -- drops ends that were planned, and planned days to come
    where
        (end_type = 'unplanned' or end_reason_type = 'non_attendance')
        and end_date <= {{ as_of() }}
),

-- the last contact before the end, from the same provider
last_contacts as (
    select
        unplanned.episode_id,
        max_by(contacts.is_attended, contacts.contact_date) as is_last_attended
    from unplanned
    cross join windows
    inner join contacts
        on
            unplanned.person_id = contacts.person_id
            and unplanned.provider = contacts.provider
            and unplanned.end_date >= contacts.contact_date
            and {{ days_after('unplanned.end_date', '-windows.window_days') }}
            <= contacts.contact_date
    -- drops visits on which a team looked for the person: nobody was expected to come
    where contacts.contact_type not in ('bedded_down', 'not_found')
    group by unplanned.episode_id
),

closures as (
    select
        unplanned.episode_id,
        unplanned.person_id,
        unplanned.sector,
        unplanned.provider,
        unplanned.end_date as closure_date,
        case
            when unplanned.end_reason_type = 'non_attendance' then 'recorded'
            else 'missed_contact'
        end as evidence_type
    from unplanned
    left join last_contacts on unplanned.episode_id = last_contacts.episode_id
    -- drops unplanned ends of which neither the words nor the last contact say that
    -- the person stopped coming
    where
        unplanned.end_reason_type = 'non_attendance'
        or not last_contacts.is_last_attended
)

select * from closures
