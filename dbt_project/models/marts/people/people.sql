{% set sector_needs = {
    'homelessness': 'homelessness',
    'drugs': 'substance_use',
    'offending': 'offending',
    'mental_health': 'mental_health',
} %}

with described as (
    select * from {{ ref('int_people_described') }}
),

active as (
    select * from {{ ref('int_people_active') }}
),

complexity as (
    select *
    from {{ ref('int_people_complexity') }}
    -- drops the year before
    where period_type = 'last_year'
),

served as (
    select
        person_id,
        {% for sector, need in sector_needs.items() %}
            bool_or(need_type = '{{ need }}') as is_in_{{ sector }},
        {% endfor %}
        count(*) as sectors_last_year_count
    from {{ ref('int_person_needs') }}
    -- drops the year before, and needs recorded by others alone
    where period_type = 'last_year' and is_in_service
    group by person_id
),

needing as (
    select
        person_id,
        {% for sector, need in sector_needs.items() %}
            bool_or(need_type = '{{ need }}')
                as has_{{ need }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from {{ ref('int_needs_recorded') }}
    group by person_id
),

people as (
    select
        cast(described.person_id as string) as person_id,
        cast(described.age_band as string) as age_band,
        cast(described.sex_type as string) as sex_type,
        cast(described.ethnicity_type as string) as ethnicity_type,
        cast(described.area_code as string) as area_code,
        cast(described.record_count as bigint) as record_count,
        cast(described.sectors_ever_count as integer) as sectors_ever_count,
        cast(coalesce(served.sectors_last_year_count, 0) as integer)
            as sectors_last_year_count,
        cast(coalesce(active.crisis_count_last_year, 0) as bigint)
            as crisis_count_last_year,
        cast(coalesce(complexity.complexity_score, 0) as integer) as complexity_score,
        cast(described.has_no_fixed_abode as boolean) as has_no_fixed_abode,
        {% for sector, need in sector_needs.items() %}
            coalesce(served.is_in_{{ sector }}, false)
                as is_in_{{ sector }}_service_last_year,
        {% endfor %}
        {% for sector, need in sector_needs.items() %}
            coalesce(needing.has_{{ need }}, false) as has_{{ need }}_recorded,
        {% endfor %}
        cast(active.first_seen_date as date) as first_seen_date,
        cast(active.last_seen_date as date) as last_seen_date
    from described
    left join active on described.person_id = active.person_id
    left join complexity on described.person_id = complexity.person_id
    left join served on described.person_id = served.person_id
    left join needing on described.person_id = needing.person_id
)

select * from people
