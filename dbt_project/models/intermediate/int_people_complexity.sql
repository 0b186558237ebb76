with described as (
    select * from {{ ref('int_people_described') }}
),

active as (
    select * from {{ ref('int_people_active') }}
),

person_needs as (
    select * from {{ ref('int_person_needs') }}
),

weights as (
    select * from {{ ref('complexity_weights') }}
),

factors as (
    select
        person_id, 'sectors_last_year' as factor, count(*) as factor_count
    from person_needs
    -- drops the year before, and needs recorded by others alone
    where period_type = 'last_year' and is_in_service
    group by person_id
    union all
    select person_id, 'no_fixed_abode', 1
    from described
    where has_no_fixed_abode
    union all
    select person_id, 'crises_last_year', crisis_count_last_year from active
    union all
    select person_id, 'rejected_referrals_last_year', rejected_referral_count_last_year
    from active
    union all
    select person_id, 'unplanned_closures_last_year', unplanned_closure_count_last_year
    from active
),

scored as (
    select
        factors.person_id,
        cast(
            sum(weights.weight * least(factors.factor_count, weights.cap_count))
            as integer
        ) as complexity_score
    from factors
    inner join weights on factors.factor = weights.factor
    group by factors.person_id
)

select * from scored
