{% set counts = [
    'exports_received_count',
    'exports_landed_count',
    'files_received_count',
    'files_refused_count',
    'files_held_count',
    'rows_received_count',
    'rows_landed_count',
    'rows_unchanged_count',
    'rows_quarantined_count',
    'rows_withdrawn_count',
] %}

with provider_months as (
    select * from {{ ref('int_provider_months') }}
),

providers as (
    select * from {{ ref('int_providers') }}
),

cadences as (
    select * from {{ ref('cadences') }}
),

exports_monthly as (
    select * from {{ ref('int_exports_monthly') }}
),

provider_links as (
    select * from {{ ref('int_provider_links') }}
),

newest as (
    select
        provider,
        max(export_date) as newest_export_date
    from {{ ref('int_exports_of_sectors') }}
    -- drops exports that were refused or are held: nothing of them is in the facts
    where state = 'landed'
    group by provider
),

joined as (
    select
        provider_months.month_date,
        providers.provider,
        providers.provider_name,
        providers.sector,
        providers.cadence,
        newest.newest_export_date,
        {% for count in counts %}
            coalesce(exports_monthly.{{ count }}, 0) as {{ count }},
        {% endfor %}
        coalesce(provider_links.records_count, 0) as records_count,
        coalesce(provider_links.records_linked_count, 0) as records_linked_count,
        case
            when not providers.is_expected then 0
            when
                mod(
                    cast(extract(month from provider_months.month_date) as integer),
                    cadences.months_between
                ) = 0
                then cadences.exports_per_month
            else 0
        end as exports_expected_count
    from provider_months
    inner join providers on provider_months.provider = providers.provider
    inner join cadences on providers.cadence = cadences.cadence
    left join exports_monthly
        on
            provider_months.provider = exports_monthly.provider
            and provider_months.month_date = exports_monthly.month_date
    left join newest on provider_months.provider = newest.provider
    left join provider_links on provider_months.provider = provider_links.provider
)

select * from joined
