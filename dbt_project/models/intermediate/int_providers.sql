{{ config(materialized='table') }}

{% set expected_providers = var('expected_providers') %}

with listed as (
    select
        cast(null as string) as provider,
        cast(null as string) as provider_name,
        cast(null as string) as sector,
        cast(null as string) as cadence
    {% for row in expected_providers %}
        union all
        select
            {%- for field in ['provider', 'name', 'sector', 'cadence'] %}
                {{ dbt.string_literal(row[field] | replace("'", "''")) }}
                {% if not loop.last %},{% endif %}
            {%- endfor %}
    {% endfor %}
),

expected as (
    select
        provider,
        provider_name,
        sector,
        cadence,
        true as is_expected
    from listed
    -- drops the row that gives an empty list its columns
    where provider is not null
),

exports as (
    select * from {{ ref('stg_commonground__exports') }}
),

-- a provider whose exports arrive though nobody expects them is named, not hidden
unexpected as (
    select distinct
        exports.provider,
        exports.provider as provider_name,
        exports.sector,
        'not_known' as cadence,
        false as is_expected
    from exports
    left join expected on exports.provider = expected.provider
    where expected.provider is null
),

unioned as (
    select * from expected
    union all
    select * from unexpected
),

providers as (
    select
        cast(provider as string) as provider,
        cast(provider_name as string) as provider_name,
        cast(sector as string) as sector,
        cast(cadence as string) as cadence,
        cast(is_expected as boolean) as is_expected
    from unioned
)

select * from providers
