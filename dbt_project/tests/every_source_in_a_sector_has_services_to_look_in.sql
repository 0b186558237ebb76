-- Fails for each source of one of the four sectors by which nobody can be inferred.
select distinct referral_sources.source_type
from {{ ref('referral_sources') }} as referral_sources
left join {{ ref('source_services') }} as source_services
    on referral_sources.source_type = source_services.source_type
where
    referral_sources.source_sector <> 'none'
    and source_services.source_type is null
