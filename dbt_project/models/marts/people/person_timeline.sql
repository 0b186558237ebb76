with episode_events as (
    select * from {{ ref('int_episode_events') }}
),

contacts as (
    select * from {{ ref('int_contacts_unioned') }}
),

crises as (
    select * from {{ ref('int_crises_identified') }}
),

crisis_types as (
    select * from {{ ref('crisis_types') }}
),

contact_events as (
    select
        'contact-' || contact_id as event_id,
        person_id,
        'contact' as event_type,
        sector,
        provider,
        'Contact: ' || replace(contact_type, '_', ' ')
        || case
            when contact_type = 'not_found' then ''
            when is_attended then ', attended'
            when not is_attended then ', not attended'
            else ''
        end as words,
        contact_date as event_date
    from contacts
),

crisis_events as (
    select
        crises.crisis_id as event_id,
        crises.person_id,
        'crisis' as event_type,
        crises.sector,
        crises.provider,
        'Crisis: ' || crisis_types.words as words,
        crises.crisis_date as event_date
    from crises
    inner join crisis_types on crises.crisis_type = crisis_types.crisis_type
),

unioned as (
    select * from episode_events
    union all
    select * from contact_events
    union all
    select * from crisis_events
),

person_timeline as (
    select
        cast(event_id as string) as event_id,
        cast(person_id as string) as person_id,
        cast(event_type as string) as event_type,
        cast(sector as string) as sector,
        cast(provider as string) as provider,
        cast(words as string) as words,
        cast(event_date as date) as event_date
    from unioned
)

select * from person_timeline
order by person_id, event_date, event_id
