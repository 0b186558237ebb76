{% set sectors = ['homelessness', 'drugs', 'offending', 'mental_health'] %}

with evidence as (
    {% for sector in sectors %}
        select * from {{ ref('int_' ~ sector ~ '__need_evidence') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

crosswalk as (
    select * from {{ ref('need_evidence') }}
),

person_links as (
    select * from {{ ref('stg_commonground__person_links') }}
),

-- drops values that the crosswalk does not list: they signal no need
needs as (
    select distinct
        cast(evidence.record_id as string) as record_id,
        cast(person_links.person_id as string) as person_id,
        cast(evidence.provider as string) as provider,
        cast(evidence.sector as string) as sector,
        cast(crosswalk.need_type as string) as need_type,
        cast(crosswalk.evidence_type as string) as evidence_type,
        cast(evidence.recorded_date as date) as recorded_date
    from evidence
    inner join crosswalk
        on
            evidence.sector = crosswalk.sector
            and evidence.dataset = crosswalk.dataset
            and evidence.field = crosswalk.field
            and evidence.code = crosswalk.code
    left join person_links on evidence.record_id = person_links.record_id
)

select * from needs
