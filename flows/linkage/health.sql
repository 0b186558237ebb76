-- One row per person: whether their records sit well together, and why not.
-- Reads groups, named, near_edges, identifiers, refused, rulings and records; makes new_person_health, in memory. It is judged anew whenever a night touches the
-- person, so what new evidence settles heals by itself.

create or replace table new_person_health as
with members as (
    select groups.n, named.person_id, records.provider
    from groups
    inner join named using (label)
    inner join records using (n)
),

sizes as (
    select person_id, count(*) as records, count(distinct provider) as providers
    from members
    group by person_id
),

held as (
    select members.person_id, count(*) as edges
    from near_edges
    inner join members on members.n = near_edges.l
    inner join members as other on other.n = near_edges.r
    where members.person_id = other.person_id
    group by members.person_id
),

reasons as (
    -- Two people said that these are one person, and that they are not.
    select unnest([a.person_id, b.person_id]) as person_id, 'decisions_disagree' as reason
    from rulings
    inner join members as a on a.n = rulings.l
    inner join members as b on b.n = rulings.r
    where rulings.verdict = 'link' and a.person_id <> b.person_id
    union
    select members.person_id, 'two_' || identifiers.kind || 's'
    from identifiers
    inner join members using (n)
    where identifiers.kind in ($guarded)
    group by members.person_id, identifiers.kind
    having count(distinct identifiers.identifier) > 1
    union
    -- Strong enough to be one person, and kept apart by what speaks against it.
    select unnest([a.person_id, b.person_id]), 'perhaps_another_person'
    from refused
    inner join members as a on a.n = refused.l
    inner join members as b on b.n = refused.r
    where a.person_id <> b.person_id and not refused.is_decided
    union
    select person_id, 'many_records' from sizes where records > $many_records
    union
    select person_id, 'loosely_held'
    from sizes
    inner join held using (person_id)
    where records > 2 * $sparse_records
        and edges < $sparse_density * records * (records - 1) / 2
    union
    -- They would not be joined today; they stay because they were one person.
    select named.person_id, 'held_by_habit'
    from groups
    inner join named using (label)
    group by named.person_id
    having count(distinct groups.firm) > 1
),

judged as (
    select person_id, list(reason order by reason) as reasons
    from reasons
    group by person_id
)

select
    sizes.person_id,
    case
        when list_contains(reasons, 'decisions_disagree') then 'disputed'
        when reasons is not null then 'needs_attention'
        else 'ok'
    end as health,
    coalesce(reasons, []) as reasons,
    sizes.records,
    sizes.providers,
from sizes
left join judged using (person_id)
union all
select old_health.*
from old_health
semi join (
    from old_links inner join records using (record_id) anti join dirty using (n)
) as clean using (person_id)
order by person_id;
