with episodes as (
    select * from {{ ref('int_episodes_unioned') }}
),

contacts as (
    select * from {{ ref('int_contacts_unioned') }}
),

crises as (
    select * from {{ ref('int_crises_identified') }}
),

periods as (
    select * from {{ ref('int_periods') }}
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
),

counted as (
    select
        happened.person_id,
        {% for happening in ['crisis', 'rejected_referral', 'unplanned_closure'] %}
            count(
                case
                    when
                        happened.happening = '{{ happening }}'
                        and happened.happened_date >= periods.period_start_date
                        then 1
                end
            ) as {{ happening }}_count_last_year,
        {% endfor %}
        min(happened.happened_date) as first_seen_date,
        max(happened.happened_date) as last_seen_date
    from happened
    cross join periods
    -- drops the year before, and days after the one in view, such as planned endings
    where
        periods.period_type = 'last_year'
        and happened.happened_date <= periods.period_end_date
    group by happened.person_id
)

select * from counted
