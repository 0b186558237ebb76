{{ config(materialized='view') }}

{% set groups = {
    'linked_no_birth_year': 'registered.birth_year is null',
    'linked_no_fixed_abode': 'registered.has_no_fixed_abode',
} %}

with person_records as (
    select * from {{ ref('int_person_records') }}
),

people as (
    select
        person_id,
        count(distinct provider) as providers_count
    from person_records
    group by person_id
),

registered as (
    select *
    from person_records
    -- drops records without a row in their provider's register: nothing was said of
    -- their birth or address
    where _export_date is not null
),

records as (
    {% for outcome, condition in groups.items() %}
        select
            '{{ outcome }}' as outcome_type,
            'last_year' as period_type,
            'day_in_view' as grouping_type,
            {{ condition }} as is_excluded,
            people.providers_count > 1 as is_yes
        from registered
        inner join people on registered.person_id = people.person_id
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from records
