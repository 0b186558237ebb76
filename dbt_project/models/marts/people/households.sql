{% set everyone = ['children_count', 'age_not_known_count'] %}
{% set all_sectors = ['sectors_count', 'multi_need_adults_count'] %}

with counted as (
    select * from {{ ref('int_households_counted') }}
),

covered as (
    select * from {{ ref('int_place_coverage') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

-- a case does not say who else lives there; a sector that did not report may know them
shown as (
    select
        counted.household_id,
        counted.provider,
        periods.period_type,
        periods.period_start_date,
        periods.period_end_date,
        case when homelessness.is_covered then counted.adults_count end
            as adults_count,
        {% for count in everyone %}
            case
                when homelessness.is_covered and counted.names_everyone
                    then counted.{{ count }}
            end as {{ count }},
        {% endfor %}
        {% for count in all_sectors %}
            case when whole.is_covered then counted.{{ count }} end
                as {{ count }},
        {% endfor %}
        whole.providers_expected_count,
        whole.providers_received_count
    -- a year in which nobody named a household has one row that says so
    from periods
    left join counted on periods.period_type = counted.period_type
    inner join covered as whole
        on periods.period_type = whole.period_type and whole.sector = 'all'
    left join covered as homelessness
        on
            periods.period_type = homelessness.period_type
            and homelessness.sector = 'homelessness'
),

households as (
    select
        cast(household_id as string) as household_id,
        cast(provider as string) as provider,
        cast(period_type as string) as period_type,
        {{ status_of('adults_count') }} as status_type,
        case
            when adults_count is not null then 'available'
            when household_id is null then 'no_household_named'
            else 'sector_not_received'
        end as status_reason_type,
        cast(adults_count as bigint) as adults_count,
        {{ status_of('children_count') }} as children_status_type,
        {% for count in everyone %}
            cast({{ count }} as bigint) as {{ count }},
        {% endfor %}
        {{ status_of('sectors_count') }} as sectors_status_type,
        {% for count in all_sectors %}
            cast({{ count }} as bigint) as {{ count }},
        {% endfor %}
        cast(providers_expected_count as bigint) as providers_expected_count,
        cast(providers_received_count as bigint) as providers_received_count,
        cast(period_start_date as date) as period_start_date,
        cast(period_end_date as date) as period_end_date
    from shown
)

select * from households
