-- One row per figure of how well linking went, with what it is of; counts alone.
-- Reads new_person_links, new_person_health, new_edges, records, evidenced and
-- rejected; makes new_quality, in memory. Of a share, ``counted`` is the whole;
-- ``normal`` says in words what share is normal, where that is known.

create or replace table new_quality as
with linked as (
    select records.n, records.provider, links.person_id
    from new_person_links as links
    inner join records on records.record_id = links.record_id::uuid
),

served as (
    select distinct person_id, provider from linked
),

shared as (
    select person_id from served group by person_id having count(*) > 1
),

-- Of the records whose names, initials or numbers alone are known, those that are
-- linked to another provider's; once for each provider and once for all.
strengths as (
    select
        linked.provider,
        evidenced.evidence,
        count(*) filter (linked.person_id in (from shared)) as found,
        count(*) as counted,
    from linked
    inner join evidenced using (n)
    where evidenced.evidence is not null
    group by grouping sets ((linked.provider, evidenced.evidence), (evidenced.evidence))
),

totals as (
    select provider, count(*) as people from served group by provider
),

figures as (
    -- Of the people of one provider, those whom another knows, too.
    select
        'shared_with' as figure, a.provider, b.provider as of_what,
        count(*) as found, any_value(totals.people) as counted,
    from served as a
    inner join served as b on b.person_id = a.person_id and b.provider <> a.provider
    inner join totals on totals.provider = a.provider
    group by a.provider, b.provider
    union all
    -- Nothing is known of these records that could link them.
    select
        'unlinkable', provider, 'records', count(*) filter (live_rows = 0), count(*)
    from records
    group by provider
    union all
    select 'rejected', rejected.provider, reason, count(*), any_value(held.records)
    from rejected
    inner join (
        select provider, count(*) as records from records group by provider
    ) as held on held.provider = rejected.provider
    group by rejected.provider, reason
    union all
    select
        'edges_of', null, evidence, count(*), (select count(*) from new_edges)
    from new_edges
    group by evidence
    union all
    select 'linked_by', provider, evidence, found, counted from strengths
    union all
    select 'health', null, health, count(*), (select count(*) from new_person_health)
    from new_person_health
    group by health
    union all
    select
        'attention', null, unnest(reasons), 1, (select count(*) from new_person_health)
    from new_person_health
)

select
    figure,
    provider,
    of_what,
    sum(found)::bigint as found,
    max(counted)::bigint as counted,
    sum(found) / nullif(max(counted), 0) as share,
    case when figure = 'linked_by' then any_value(normals.words) end as normal,
from figures
left join (values $normals) as normals(kind, words) on normals.kind = figures.of_what
group by figure, provider, of_what
order by figure, provider nulls first, of_what;
