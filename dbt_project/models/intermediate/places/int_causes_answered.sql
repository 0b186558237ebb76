{% set homelessness = [
    ('cases', 'any', 'application_date', "'any'"),
    ('support_needs', 'need_type', 'recorded_date', none),
    ('client_groups', 'group_code', 'recorded_date', none),
] %}

{% set drugs = [('outcomes', 'paid_work_days', 'outcome_date', none)] %}

{% set mental_health = [
    ('employment_statuses', 'employment_code', 'recorded_date', none),
] %}

with recorded as (
    {{ need_evidence('homelessness', homelessness) }}
    union all
    {{ need_evidence('drugs', drugs) }}
    union all
    {{ need_evidence('mental_health', mental_health) }}
),

person_records as (
    select * from {{ ref('int_person_records') }}
),

areas as (
    select * from {{ ref('areas') }}
),

cause_evidence as (
    select * from {{ ref('cause_evidence') }}
),

-- an address is known as it is now: it has no day of its own
unioned as (
    select
        record_id,
        sector,
        dataset,
        field,
        code,
        recorded_date
    from recorded
    union all
    select
        person_records.record_id,
        'any' as sector,
        'areas' as dataset,
        'deprivation_decile' as field,
        cast(areas.deprivation_decile as string) as code,
        cast(null as date) as recorded_date
    from person_records
    inner join areas on person_records.postcode_district = areas.area_code
),

-- drops values that the crosswalk does not list: they answer neither yes nor no
answered as (
    select distinct
        cast(unioned.record_id as string) as record_id,
        cast(cause_evidence.cause_type as string) as cause_type,
        cast(unioned.recorded_date as date) as recorded_date,
        cast(cause_evidence.is_cause as boolean) as is_cause
    from unioned
    inner join cause_evidence
        on
            unioned.sector = cause_evidence.sector
            and unioned.dataset = cause_evidence.dataset
            and unioned.field = cause_evidence.field
            and unioned.code = cause_evidence.code
)

select * from answered
