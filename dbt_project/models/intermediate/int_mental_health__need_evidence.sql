{{ config(materialized='view') }}

{% set accommodation %}
case when accommodation_code like 'CJ%' then 'CJ' else accommodation_code end
{% endset %}

{% set candidates = [
    ('referrals', 'any', 'received_date', "'any'"),
    ('detentions', 'any', 'start_date', "'any'"),
    ('accommodation_statuses', 'accommodation_code', 'recorded_date', accommodation),
    ('patient_indicators', 'offence_history_code', none, none),
] %}

with coded as (
    {{ need_evidence('mental_health', candidates) }}
),

observations as (
    select * from {{ ref('stg_mental_health__substance_misuse_observations') }}
),

ward_stays as (
    select * from {{ ref('stg_mental_health__ward_stays') }}
),

spells as (
    select * from {{ ref('stg_mental_health__hospital_spells') }}
),

referrals as (
    select * from {{ ref('stg_mental_health__referrals') }}
),

-- an observation names its ward stay alone: the record is three steps away
observed as (
    select
        referrals.record_id,
        observations.provider,
        'mental_health' as sector,
        'substance_misuse_observations' as dataset,
        'any' as field,
        'any' as code,
        observations.observed_date as recorded_date
    from observations
    inner join ward_stays on observations.ward_stay_id = ward_stays.ward_stay_id
    inner join spells on ward_stays.spell_id = spells.spell_id
    inner join referrals on spells.referral_id = referrals.referral_id
),

unioned as (
    select * from coded
    union all
    select * from observed
)

select * from unioned
