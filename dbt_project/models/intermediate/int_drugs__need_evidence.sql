{{ config(materialized='view') }}

{% set candidates = [
    ('episodes', 'any', 'referral_date', "'any'"),
    ('episodes', 'referral_source_type', 'referral_date', none),
    ('episodes', 'accommodation_need_type', 'referral_date', none),
    ('episodes', 'has_dual_diagnosis', 'referral_date', none),
    ('episodes', 'discharge_type', 'discharge_date', none),
    ('referrals', 'any', 'referral_date', "'any'"),
    ('referrals', 'referral_source_type', 'referral_date', none),
    ('referrals', 'exit_type', 'exit_date', none),
    ('outcomes', 'has_acute_housing_problem', 'outcome_date', none),
    ('outcomes', 'has_committed_assault', 'outcome_date', none),
    ('outcomes', 'shoplifting_days', 'outcome_date', none),
    ('outcomes', 'psychological_health_score', 'outcome_date', none),
] %}

with evidence as (
    {{ need_evidence('drugs', candidates) }}
)

select * from evidence
