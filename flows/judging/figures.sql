-- One row per figure and subgroup of how well linking went, where nobody knows the truth.
-- Reads judged (n, record, person_id, provider), lacking, standard, identifiers, edges,
-- known_keys, known_crowded, changed_people; makes figures, in memory. ``found`` is part
-- of ``counted``. Counts alone.

create or replace table subgroups as
select record, subgroup from lacking
union all
select judged.record, 'sex: ' || case standard.sex
        when 'F' then 'female' when 'M' then 'male' else 'not recorded' end
from judged left join standard using (n)
union all
select
    judged.record,
    'evidence: ' || coalesce(replace(standard.evidence, '_', ' '), 'nothing known')
from judged left join standard using (n)
union all
select record, 'provider: ' || provider from judged
union all
select record, ' all' from judged;

create or replace table numbers as
select judged.record, judged.person_id, judged.provider, kind, identifier
from identifiers
inner join judged using (n)
where kind in ($guarded);

-- Two records of one NHS number, whoever they were linked to. A number that a crowd
-- holds is a placeholder and says nothing.
create or replace table equal_pairs as
with held as (
    select identifier, judged.n, judged.record, judged.provider, judged.person_id
    from identifiers
    inner join judged using (n)
    where kind = 'nhs_number'
    qualify count(*) over (partition by identifier) <= $largest_group
)

select
    l.record as record_l,
    r.record as record_r,
    least(l.provider, r.provider) || ' + ' || greatest(l.provider, r.provider)
        as providers,
    any_value(l.person_id <> r.person_id) as are_apart,
    any_value(if(
        a.forename is null or b.forename is null, null,
        forenames_unlike(a, b, 0.9)
    )) as forename_differs,
    any_value(if(
        a.surname is null or b.surname is null, null,
        not shares(a.surnames, b.surnames)
            and jaro_winkler_similarity(a.surname, b.surname) < 0.9
    )) as surname_differs,
    any_value(if(
        a.birth_date is null or b.birth_date is null, null, not births_agree(a, b)
    )) as birth_date_differs,
from held as l
inner join held as r on r.identifier = l.identifier and r.n > l.n
inner join standard as a on a.n = l.n
inner join standard as b on b.n = r.n
group by all;

create or replace table figures as
with served as (
    select person_id, count(distinct provider) > 1 as is_shared
    from judged group by person_id
),

-- No number and no blocking rule brings these records together with any other.
reachable as (
    select distinct n
    from known_keys anti join known_crowded using (rule, key)
),

by_record as (
    select
        judged.record,
        judged.person_id,
        served.is_shared,
        reachable.n is null as is_unlinkable,
    from judged
    inner join served using (person_id)
    left join reachable using (n)
),

numbered as (
    select person_id, kind, count(distinct identifier) > 1 as is_double
    from numbers group by person_id, kind
),

conflicting as (
    select person_id, bool_or(is_double) as is_double
    from numbered group by person_id
),

spread as (
    select kind, identifier, count(distinct person_id) > 1 as is_spread
    from numbers
    group by kind, identifier
    having count(*) between 2 and $largest_group
),

pair_groups as (
    select distinct record_l, record_r, subgroup
    from (
        select record_l, record_r, unnest([record_l, record_r]) as record
        from equal_pairs
    )
    inner join subgroups using (record)
    union all
    select record_l, record_r, 'providers: ' || providers from equal_pairs
),

pairs_judged as (
    select subgroup, equal_pairs.* exclude (record_l, record_r, providers)
    from equal_pairs inner join pair_groups using (record_l, record_r)
)

select
    'linked' as figure, subgroup,
    count(*) filter (is_shared) as found, count(*) as counted,
from by_record inner join subgroups using (record) group by subgroup
union all
select 'unlinkable', subgroup, count(*) filter (is_unlinkable), count(*)
from by_record inner join subgroups using (record) group by subgroup
union all
select 'number_conflict', subgroup, count(*) filter (is_double), count(*)
from (
    select distinct subgroup, conflicting.*
    from conflicting
    inner join judged using (person_id)
    inner join subgroups using (record)
)
group by subgroup
union all
select 'number_apart', subgroup, count(*) filter (is_spread), count(*)
from (
    select distinct subgroup, spread.*
    from spread
    inner join numbers using (kind, identifier)
    inner join subgroups using (record)
)
group by subgroup
union all
select 'nhs_forename', subgroup, count(*) filter (forename_differs),
    count(forename_differs)
from pairs_judged group by subgroup
union all
select 'nhs_surname', subgroup, count(*) filter (surname_differs),
    count(surname_differs)
from pairs_judged group by subgroup
union all
select 'nhs_birth_date', subgroup, count(*) filter (birth_date_differs),
    count(birth_date_differs)
from pairs_judged group by subgroup
union all
select 'nhs_apart', subgroup, count(*) filter (are_apart), count(*)
from pairs_judged group by subgroup
union all
-- People of now whose id took in, or was parted from, another since the run before.
select 'id_changed', subgroup, count(*) filter (is_changed), count(*)
from (
    select distinct
        subgroup, person_id, person_id in (from changed_people) as is_changed
    from judged inner join subgroups using (record)
)
where (select is_later from run)
group by subgroup;

create or replace table shared as
with served as (select distinct person_id, provider from judged),

totals as (select provider, count(*) as people from served group by provider),

both_serve as (
    select a.provider as first, b.provider as second, count(*) as people
    from served as a
    inner join served as b on b.person_id = a.person_id and b.provider > a.provider
    group by all
)

select
    a.provider as first, b.provider as second, coalesce(both_serve.people, 0) as both,
    a.people as of_first, b.people as of_second,
from totals as a
inner join totals as b on b.provider > a.provider
left join both_serve on both_serve.first = a.provider
    and both_serve.second = b.provider
order by all;
