{{ config(materialized='view') }}

with episodes as (
    select * from {{ ref('int_episodes_unioned') }}
),

referrals as (
    select * from {{ ref('int_referrals_waited') }}
),

contacts as (
    select * from {{ ref('int_contacts_unioned') }}
),

goals as (
    select * from {{ ref('stg_partnership__goals') }}
),

person_links as (
    select * from {{ ref('stg_commonground__person_links') }}
),

steps as (
    select
        'planned_ending' as outcome_type,
        person_id,
        end_date as happened_date,
        end_type = 'planned' as is_yes
    from episodes
    -- drops stays, deaths, and endings that nobody described
    where referral_date is not null and end_type not in ('died', 'not_known')
    union all
    select
        'accepted_referral' as outcome_type,
        person_id,
        decision_date as happened_date,
        decision_type = 'accepted' as is_yes
    from referrals
    -- drops withdrawn and pending referrals: no answer was given
    where decision_type in ('accepted', 'rejected')
    union all
    select
        'wait_over_28_days' as outcome_type,
        person_id,
        waited_date as happened_date,
        is_over_wait as is_yes
    from referrals
    -- drops referrals that were refused, withdrawn or closed before the wait was over,
    -- and those whose wait is not over yet
    where not is_closed_in_time and waited_date < {{ as_of() }}
    union all
    select
        'contact_attended' as outcome_type,
        person_id,
        contact_date as happened_date,
        is_attended as is_yes
    from contacts
    -- drops contacts that were not an appointment, such as a shift's walk
    where contact_type in ('appointment', 'supervision', 'care_contact')
    union all
    select
        'goal_met' as outcome_type,
        person_links.person_id,
        goals.reviewed_date as happened_date,
        goals.person_judgement_type = 'met' as is_yes
    from goals
    inner join person_links on goals.record_id = person_links.record_id
    -- drops goals the person has not judged
    where goals.person_judgement_type is not null
)

select * from steps
