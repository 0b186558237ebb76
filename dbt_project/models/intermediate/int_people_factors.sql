{{ config(materialized='view') }}

{% set counted = {
    'crisis': 'crises_last_year',
    'rejected_referral': 'rejected_referrals_last_year',
    'unplanned_closure': 'unplanned_closures_last_year',
} %}

with happenings as (
    select * from {{ ref('int_people_happenings') }}
),

described as (
    select * from {{ ref('int_people_described') }}
),

person_needs as (
    select * from {{ ref('int_person_needs') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

factors as (
    {% for happening, factor in counted.items() %}
        select
            happenings.person_id,
            periods.period_type,
            '{{ factor }}' as factor,
            count(*) as factor_count
        from happenings
        inner join periods
            on
                happenings.happened_date
                between periods.period_start_date and periods.period_end_date
        where happenings.happening = '{{ happening }}'
        group by happenings.person_id, periods.period_type
        union all
    {% endfor %}
    select
        person_id,
        'last_year' as period_type,
        'no_fixed_abode' as factor,
        1 as factor_count
    from described
    -- drops the year before: nobody says where people lived then
    where has_no_fixed_abode
    union all
    select
        person_id,
        period_type,
        'sectors_last_year' as factor,
        count(*) as factor_count
    from person_needs
    -- drops needs recorded by others alone
    where is_in_service
    group by person_id, period_type
)

select * from factors
