-- Fails for each period and receiver whose senders do not sum to its row of all.
select
    period_type,
    period_number,
    to_provider
from {{ ref('referral_network') }}
where status_type = 'published'
group by period_type, period_number, to_provider
having
    sum(case when from_provider = 'all' then referrals_count else 0 end)
    <> sum(case when from_provider = 'all' then 0 else referrals_count end)
