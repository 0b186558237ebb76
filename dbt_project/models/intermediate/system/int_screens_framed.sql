{% set screen_columns = [
    'screen_type', 'words', 'window_days', 'minimum_count', 'expected_type',
    'expected_share', 'allowed_excess', 'question',
] %}

with provider_coverage as (
    select *
    from {{ ref('int_provider_coverage') }}
    -- drops months and rolling years
    where period_type = 'quarter'
),

screens as (
    select * from {{ ref('integrity_screens') }}
),

senders as (
    select * from {{ ref('int_contact_senders') }}
),

newest as (
    select * from {{ ref('int_newest_exports') }}
),

followed as (
    select * from {{ ref('int_followed_until') }}
),

census_quarters as (
    select * from {{ ref('int_census_quarters') }}
),

framed as (
    select
        provider_coverage.provider,
        provider_coverage.sector,
        provider_coverage.period_start_date,
        provider_coverage.period_end_date,
        {% for column in screen_columns %}
            screens.{{ column }},
        {% endfor %}
        case
            when not provider_coverage.is_received then 'not_received'
            when
                screens.screen_type = 'closed_before_census'
                and newest.newest_export_date
                < {{ days_after('census_quarters.census_date', 'screens.window_days') }}
                then 'too_early'
            when
                screens.screen_type = 'contradicted_success'
                and coalesce(
                    followed.followed_until_date
                    < {{ days_after(
                        'provider_coverage.period_end_date', 'screens.window_days'
                    ) }},
                    true
                )
                then 'too_early'
            when
                screens.screen_type = 'no_contact_before_outcome'
                and senders.provider is null
                then 'no_contacts'
        end as reason_type
    from provider_coverage
    cross join screens
    cross join followed
    left join newest on provider_coverage.provider = newest.provider
    left join census_quarters
        on provider_coverage.period_start_date = census_quarters.period_start_date
    left join senders
        on
            provider_coverage.provider = senders.provider
            and provider_coverage.period_start_date = senders.period_start_date
    -- drops quarters without a census day from the census screen
    where
        screens.screen_type <> 'closed_before_census'
        or census_quarters.census_date is not null
)

select * from framed
