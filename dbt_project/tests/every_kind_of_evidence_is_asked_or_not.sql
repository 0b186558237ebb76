-- Fails for each sector and kind of evidence of need of which the seed asked_facts does
-- not say whether the person was asked: its facts would never be asked again.
select distinct
    need_evidence.sector,
    need_evidence.evidence_type
from {{ ref('need_evidence') }} as need_evidence
left join {{ ref('asked_facts') }} as asked_facts
    on
        need_evidence.sector = asked_facts.sector
        and need_evidence.evidence_type = asked_facts.evidence_type
where asked_facts.evidence_type is null
