-- Fails for each period and provider whose bands, or reasons of refusal, do not sum to
-- the whole, and for each band whose four answers are not its referrals.
with decisions as (
    select * from {{ ref('referral_decisions') }}
),

rejections as (
    select * from {{ ref('referral_rejections') }}
),

bands as (
    select
        period_type,
        period_number,
        provider
    from decisions
    where status_type = 'published'
    group by period_type, period_number, provider
    -- a period before the last year has no bands to sum
    having
        count(*) > 1
        and sum(case when complexity_band = 'all' then referrals_count else 0 end)
        <> sum(case when complexity_band = 'all' then 0 else referrals_count end)
),

answers as (
    select
        period_type,
        period_number,
        provider
    from decisions
    where
        referrals_count
        <> accepted_count + rejected_count + withdrawn_count + pending_count
),

reasons as (
    select
        decisions.period_type,
        decisions.period_number,
        decisions.provider
    from decisions
    left join rejections
        on
            decisions.period_type = rejections.period_type
            and decisions.period_number = rejections.period_number
            and decisions.provider = rejections.provider
            and decisions.complexity_band = rejections.complexity_band
            and rejections.decision_reason_type <> 'all'
    where decisions.status_type = 'published'
    group by
        decisions.period_type,
        decisions.period_number,
        decisions.provider,
        decisions.complexity_band,
        decisions.rejected_count
    having decisions.rejected_count <> coalesce(sum(rejections.rejected_count), 0)
)

select * from bands
union all
select * from answers
union all
select * from reasons
