with episodes as (
    select * from {{ ref('int_episodes_unioned') }}
),

contacts as (
    select * from {{ ref('int_contacts_unioned') }}
),

crises as (
    select * from {{ ref('int_crises_identified') }}
),

last_year as (
    select *
    from {{ ref('int_periods') }}
    -- drops the year before
    where period_type = 'last_year'
),

dated as (
    select
        person_id, 'rejected_referral' as happening, decision_date as happened_date
    from episodes
    where decision_type = 'rejected'
    union all
    select person_id, 'unplanned_closure', end_date
    from episodes
    where end_type = 'unplanned'
    union all
    select person_id, 'crisis', crisis_date from crises
    union all
    select person_id, 'seen', referral_date from episodes
    union all
    select person_id, 'seen', start_date from episodes
    union all
    select person_id, 'seen', end_date from episodes
    union all
    select person_id, 'seen', min(contact_date)
    from contacts
    -- drops contacts the person did not come to, here and below
    where is_attended
    group by person_id
    union all
    select person_id, 'seen', max(contact_date)
    from contacts
    where is_attended and contact_date <= {{ as_of() }}
    group by person_id
),

counted as (
    select
        dated.person_id,
        min(dated.happened_date) as first_seen_date,
        max(dated.happened_date) as last_seen_date,
        {% for happening in ['crisis', 'rejected_referral', 'unplanned_closure'] %}
        count(*) filter (
            where
                dated.happening = '{{ happening }}'
                and dated.happened_date >= last_year.period_start_date
        ) as {{ happening }}_count_last_year{{ ',' if not loop.last }}
        {% endfor %}
    from dated
    cross join last_year
    -- drops days after the one in view, such as endings planned ahead
    where dated.happened_date <= last_year.period_end_date
    group by dated.person_id
)

select * from counted
