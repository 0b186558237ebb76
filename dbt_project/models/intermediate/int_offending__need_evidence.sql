{{ config(materialized='view') }}

{% set candidates = [
    ('orders', 'any', 'referral_date', "'any'"),
    ('bookings', 'any', 'begin_date', "'any'"),
    ('rehabilitation_referrals', 'any', 'received_date', "'any'"),
    ('addresses', 'address_code', 'start_date', none),
    ('addresses', 'is_no_fixed_abode', 'start_date', none),
    ('requirements', 'requirement_type', 'start_date', none),
] %}

with evidence as (
    {{ need_evidence('offending', candidates) }}
)

select * from evidence
