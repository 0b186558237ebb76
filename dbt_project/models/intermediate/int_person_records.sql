{% set registers = {
    'homelessness': 'clients',
    'drugs': 'clients',
    'offending': 'people',
    'mental_health': 'patients',
} %}

{% set histories = [
    'episodes_unioned', 'contacts_unioned', 'crises_identified', 'needs_recorded'
] %}

with registered as (
    {% for sector, dataset in registers.items() %}
        select
            '{{ sector }}' as sector,
            record_id,
            provider,
            sex_type,
            ethnicity_type,
            postcode_district,
            birth_year,
            has_no_fixed_abode,
            _export_date,
            _received_at
        from {{ ref('stg_' ~ sector ~ '__' ~ dataset) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- a provider may send someone's history without their row in its register
recorded as (
    select
        sector,
        record_id,
        provider
    from registered
    {% for history in histories %}
        union
        select
            sector,
            record_id,
            provider
        from {{ ref('int_' ~ history) }}
    {% endfor %}
),

unsettled as (
    select distinct record_id
    from {{ ref('stg_offending__addresses') }}
    -- drops addresses that are a home, and those that ended before the day in view
    where is_no_fixed_abode and (end_date is null or end_date > {{ as_of() }})
),

person_links as (
    select * from {{ ref('stg_commonground__person_links') }}
),

linked as (
    select
        cast(recorded.record_id as string) as record_id,
        cast(person_links.person_id as string) as person_id,
        cast(recorded.provider as string) as provider,
        cast(recorded.sector as string) as sector,
        registered.sex_type,
        registered.ethnicity_type,
        registered.postcode_district,
        registered.birth_year,
        registered._export_date,
        registered._received_at,
        coalesce(registered.has_no_fixed_abode, false)
        or unsettled.record_id is not null as has_no_fixed_abode
    from recorded
    left join registered on recorded.record_id = registered.record_id
    left join unsettled on recorded.record_id = unsettled.record_id
    left join person_links on recorded.record_id = person_links.record_id
)

select * from linked
