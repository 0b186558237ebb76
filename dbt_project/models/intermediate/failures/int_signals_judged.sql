{% set sectors = ['homelessness', 'drugs', 'offending', 'mental_health'] %}

with months as (
    select * from {{ ref('int_period_coverage') }}
    where period_type = 'month'
),

providers as (
    select * from {{ ref('int_providers') }}
),

rules as (
    select *
    from {{ ref('failure_demand_rules') }}
    -- drops rules whose demand originates where it presents: others see none of it
    where originates_type = 'earlier_service'
),

-- what each provider has ever recorded: nobody knows whether the others had none of it
origins as (
    select distinct
        rule,
        origin_provider
    from {{ ref('int_failure_origins') }}
),

-- any sector may see what started here, so that every one must have reported
judged as (
    select
        months.period_start_date,
        months.providers_expected_count,
        months.providers_received_count,
        providers.provider,
        providers.sector,
        rules.rule,
        rules.remedy,
        case
            when origins.rule is null then 'field_not_supplied'
            when
                not (
                    {% for sector in sectors %}
                        months.is_{{ sector }}_covered
                        {% if not loop.last %}and{% endif %}
                    {% endfor %}
                )
                then 'sector_not_covered'
        end as status_reason_type
    from months
    cross join providers
    cross join rules
    left join origins
        on
            rules.rule = origins.rule
            and providers.provider = origins.origin_provider
)

select * from judged
