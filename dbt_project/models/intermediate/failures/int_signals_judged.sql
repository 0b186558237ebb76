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
    from {{ ref('int_rules_supplied') }}
    -- drops rules whose demand originates where it presents: others see none of it
    where originates_type = 'earlier_service'
),

-- any sector may see what started here, so that every one must have reported
judged as (
    select
        months.*,
        providers.provider,
        providers.sector,
        rules.rule,
        rules.remedy,
        case
            when not rules.is_supplied then 'field_not_supplied'
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
)

select * from judged
