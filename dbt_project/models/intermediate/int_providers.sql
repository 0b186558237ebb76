{{ config(materialized='table') }}

{% set expected_providers = var('expected_providers') %}

with expected as (
    {% for provider in expected_providers %}
    select
        {%- for field in ['provider', 'name', 'sector', 'cadence'] %}
        {{ dbt.string_literal(provider[field] | replace("'", "''")) }} as {{ field }},
        {%- endfor %}
        true as is_expected
    union all
    {% endfor %}
    select null, null, null, null, false
),

exports as (
    select * from {{ ref('stg_commonground__exports') }}
),

-- a provider whose exports arrive though nobody expects them is named, not hidden
unexpected as (
    select distinct
        exports.provider,
        exports.provider as name,
        exports.sector,
        'not_known' as cadence,
        false as is_expected
    from exports
    left join expected on exports.provider = expected.provider
    where expected.provider is null
),

unioned as (
    select * from expected
    -- drops the row that gives an empty list its columns
    where provider is not null
    union all
    select * from unexpected
),

providers as (
    select
        cast(provider as string) as provider,
        cast(name as string) as provider_name,
        cast(sector as string) as sector,
        cast(cadence as string) as cadence,
        cast(is_expected as boolean) as is_expected
    from unioned
)

select * from providers
