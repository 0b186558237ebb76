{{ config(materialized='view') }}

{% set answer = "disability_code || '=' || response_code" %}

{% set candidates = [
    ('cases', 'accommodation_at_application_type', 'application_date', none),
    ('cases', 'referral_source_type', 'application_date', none),
    ('cases', 'decision_type', 'decision_date', none),
    ('support_needs', 'need_type', 'recorded_date', none),
    ('client_groups', 'group_code', 'recorded_date', none),
    ('placements', 'any', 'start_date', "'any'"),
    ('outreach_contacts', 'contact_type', 'contact_date', none),
    ('enrolments', 'living_situation_code', 'entry_date', none),
    ('exits', 'destination_code', 'exit_date', none),
    ('living_situations', 'situation_code', 'recorded_date', none),
    ('disabilities', 'disability_answer', 'recorded_date', answer),
] %}

with evidence as (
    {{ need_evidence('homelessness', candidates) }}
)

select * from evidence
