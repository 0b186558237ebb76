{% set profiles = ['cause', 'need'] %}

with periods as (
    select * from {{ ref('int_periods') }}
),

service_types as (
    select * from {{ ref('service_types') }}
),

compared as (
    select * from {{ ref('int_profiles_compared') }}
),

period_coverage as (
    select * from {{ ref('int_period_coverage') }}
),

sectors as (
    select distinct sector from service_types
),

-- every pair of sectors has a row, whether or not there is anything to compare
paired as (
    select
        periods.period_type,
        periods.period_start_date,
        periods.period_end_date,
        sectors.sector,
        other_sectors.sector as other_sector
    from periods
    cross join sectors
    inner join sectors as other_sectors on sectors.sector < other_sectors.sector
),

cause_similarity as (
    select
        cast(paired.period_type as string) as period_type,
        cast(paired.sector as string) as sector,
        cast(paired.other_sector as string) as other_sector,
        {{ status_of('causes.similarity') }} as status_type,
        {{ status_of('needs.similarity') }} as need_status_type,
        {% for profile in profiles %}
            cast({{ profile }}s.similarity as double) as {{ profile }}_similarity,
            cast(coalesce({{ profile }}s.traits_count, 0) as bigint)
                as {{ profile }}s_compared_count,
        {% endfor %}
        cast(period_coverage.providers_expected_count as bigint)
            as providers_expected_count,
        cast(period_coverage.providers_received_count as bigint)
            as providers_received_count,
        cast(paired.period_start_date as date) as period_start_date,
        cast(paired.period_end_date as date) as period_end_date
    from paired
    inner join period_coverage on paired.period_type = period_coverage.period_type
    {% for profile in profiles %}
        left join compared as {{ profile }}s
            on
                paired.period_type = {{ profile }}s.period_type
                and paired.sector = {{ profile }}s.sector
                and paired.other_sector = {{ profile }}s.other_sector
                and {{ profile }}s.profile_type = '{{ profile }}'
    {% endfor %}
)

select * from cause_similarity
