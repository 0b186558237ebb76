with recursive providers as (
    select * from {{ ref('int_providers') }}
),

exports as (
    select * from {{ ref('stg_commonground__exports') }}
),

first_exports as (
    select
        provider,
        min(export_date) as first_export_date
    from exports
    group by provider
),

-- a provider that has sent nothing is missed since the place's first export
begun as (
    select
        providers.provider,
        {{ month_of(
            'coalesce(first_exports.first_export_date, '
            ~ '(select min(export_date) from exports), ' ~ as_of() ~ ')'
        ) }} as month_date
    from providers
    left join first_exports on providers.provider = first_exports.provider
),

months as (
    select
        provider,
        month_date
    from begun
    union all
    select
        provider,
        {{ months_after('month_date', 1) }} as month_date
    from months
    -- ends with the month of the day in view
    where {{ months_after('month_date', 1) }} <= {{ as_of() }}
)

select * from months
