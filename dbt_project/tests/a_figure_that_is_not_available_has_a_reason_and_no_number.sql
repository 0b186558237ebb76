-- Fails for each figure of the whole system that has a number though it is not
-- available, or none though it is published, or that lacks the reason.
select
    'crisis_demand' as mart,
    crisis_type as what
from {{ ref('crisis_demand') }}
where
    (status_type = 'published') <> (crises_count is not null)
    or (status_type = 'published') <> (reason_type is null)
union all
select
    'litmus' as mart,
    outcome_type as what
from {{ ref('litmus') }}
where
    (status_type = 'published') <> (gap is not null)
    or (status_type = 'published') <> (not_available_reason is null)
union all
select
    'outcome_integrity' as mart,
    screen_type as what
from {{ ref('outcome_integrity') }}
where
    (status_type = 'published') <> (cases_share is not null)
    or (status_type = 'published') <> (reason_type is null)
    or (status_type = 'not_available' and is_flagged)
union all
select
    'gap_drift' as mart,
    need_type as what
from {{ ref('gap_drift') }}
where (status_type = 'published') <> (unmet_count is not null)
