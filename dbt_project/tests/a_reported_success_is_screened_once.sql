-- Fails for each quarter, provider and screen that looked at another number of planned
-- endings than the provider reported.
with outcomes as (
    select
        period_start_date,
        provider,
        count(*) as successes_count
    from {{ ref('int_outcomes_reported') }}
    where is_success
    group by period_start_date, provider
)

select
    screens.period_start_date,
    screens.provider,
    screens.screen_type
from {{ ref('outcome_integrity') }} as screens
inner join outcomes
    on
        screens.period_start_date = outcomes.period_start_date
        and screens.provider = outcomes.provider
where
    screens.status_type = 'published'
    and screens.screen_type in ('no_contact_before_outcome', 'contradicted_success')
    and screens.of_count <> outcomes.successes_count
