{% set counted = [
    ('crises_last_year', 'crisis_count_last_year'),
    ('rejected_referrals_last_year', 'rejected_referral_count_last_year'),
    ('unplanned_closures_last_year', 'unplanned_closure_count_last_year'),
] %}

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
    {% for factor, column in counted %}
        select
            person_id,
            '{{ factor }}' as factor,
            {{ column }} as factor_count
        from active
        union all
    {% endfor %}
    select
        person_id,
        'no_fixed_abode' as factor,
        1 as factor_count
    from described
    where has_no_fixed_abode
    union all
    select
        person_id,
        'sectors_last_year' as factor,
        count(*) as factor_count
    from person_needs
    -- drops the year before, and needs recorded by others alone
    where period_type = 'last_year' and is_in_service
    group by person_id
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
