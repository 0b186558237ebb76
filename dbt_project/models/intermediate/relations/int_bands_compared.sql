{{ config(materialized='view') }}

{% set ends = [('most', 'quarter_4'), ('least', 'quarter_1')] %}

with spread as (
    select * from {{ ref('int_decisions_spread') }}
),

rules as (
    select * from {{ ref('int_relation_rules') }}
),

compared as (
    select
        period_type,
        period_number,
        period_start_date,
        period_end_date,
        provider,
        sector,
        providers_expected_count,
        providers_received_count,
        {% for end, band in ends %}
            max(case when complexity_band = '{{ band }}' then accepted_count end)
                as {{ end }}_accepted_count,
            max(
                case
                    when complexity_band = '{{ band }}'
                        then accepted_count + rejected_count
                end
            ) as {{ end }}_answered_count,
        {% endfor %}
        max(case when complexity_band = 'quarter_4' then status_reason_type end)
            as spread_reason_type
    from spread
    group by
        period_type,
        period_number,
        period_start_date,
        period_end_date,
        provider,
        sector,
        providers_expected_count,
        providers_received_count
),

judged as (
    select
        compared.*,
        case
            when compared.spread_reason_type is not null
                then compared.spread_reason_type
            when
                least(compared.most_answered_count, compared.least_answered_count)
                < rules.creaming_minimum
                then 'few_answered'
            when least(compared.most_accepted_count, compared.least_accepted_count) = 0
                then 'none_accepted'
            when
                compared.most_accepted_count = compared.most_answered_count
                and compared.least_accepted_count = compared.least_answered_count
                then 'none_rejected'
        end as status_reason_type
    from compared
    cross join rules
)

select * from judged
