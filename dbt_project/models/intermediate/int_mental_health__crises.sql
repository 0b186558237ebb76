{{ config(materialized='view') }}

with detentions as (
    select * from {{ ref('stg_mental_health__detentions') }}
),

referrals as (
    select * from {{ ref('stg_mental_health__referrals') }}
),

spells as (
    select * from {{ ref('stg_mental_health__hospital_spells') }}
),

-- how far any earlier detention of the same record reaches
reached as (
    select
        *,
        max(coalesce(end_date, cast('9999-12-30' as date))) over (
            partition by record_id
            order by start_date, detention_id
            rows between unbounded preceding and 1 preceding
        ) as earlier_end_date
    from detentions
    -- drops informal patients, and periods whose status is not known (98, 99)
    where ltrim(legal_status_code, '0') not in ('1', '98', '99')
),

detained as (
    select
        'mental_health_detention' as crisis_type,
        detention_id as source_id,
        record_id,
        provider,
        start_date as crisis_date
    from reached
    -- drops changes of section without a day's gap: the same detention goes on
    where
        earlier_end_date is null
        or start_date > {{ days_after('earlier_end_date', 1) }}
),

admitted as (
    select
        'unplanned_psychiatric_admission' as crisis_type,
        spells.spell_id as source_id,
        referrals.record_id,
        spells.provider,
        spells.start_date as crisis_date
    from spells
    inner join referrals on spells.referral_id = referrals.referral_id
    -- drops planned admissions and transfers: methods that do not begin with 2
    where spells.admission_method_code like '2_'
),

unioned as (
    select * from detained
    union all
    select * from admitted
)

select * from unioned
