{{ config(materialized='view') }}

with episodes as (
    select * from {{ ref('int_episodes_unioned') }}
),

contacts as (
    select * from {{ ref('int_contacts_unioned') }}
),

crises as (
    select * from {{ ref('int_crises_identified') }}
),

happened as (
    {% for day in ['referral_date', 'start_date', 'end_date'] %}
        select
            person_id,
            'seen' as happening,
            {{ day }} as happened_date
        from episodes
        union all
    {% endfor %}
    select
        person_id,
        'seen' as happening,
        contact_date as happened_date
    from contacts
    -- drops contacts the person did not come to
    where is_attended
    union all
    select
        person_id,
        'crisis' as happening,
        crisis_date as happened_date
    from crises
    union all
    select
        person_id,
        'rejected_referral' as happening,
        decision_date as happened_date
    from episodes
    where decision_type = 'rejected'
    union all
    select
        person_id,
        'unplanned_closure' as happening,
        end_date as happened_date
    from episodes
    where end_type = 'unplanned'
)

select * from happened
