-- Which records a night touches: all of every component that something happened in.
-- Reads records, changed, gone, ruled, known_records, weighed and old tables;
-- makes dirty, near_edges, rulings, was_person and gone_people, in memory.

create or replace table touched as
with hit as (
    select n from changed
    union all
    select n from gone
    union all
    select n from ruled
    union all
    select unnest([l, r]) from weighed
    where is_certain or match_weight >= $stay_weight
)

select distinct component
from known_records
semi join hit using (n);

create or replace table dirty as
select n from known_records
semi join touched using (component)
semi join records using (n)
union
select n from changed
union
select n from ruled
order by n;

create or replace table near_edges as
select
    least(a.n, b.n) as l,
    greatest(a.n, b.n) as r,
    kept.match_weight,
    kept.is_certain,
from old_edges as kept
inner join records as a on a.record_id = kept.record_id_l
inner join records as b on b.record_id = kept.record_id_r
semi join dirty on dirty.n = a.n
where (kept.is_certain or kept.match_weight >= $stay_weight)
    and a.n not in (from changed)
    and b.n not in (from changed)
union all
select l, r, match_weight, is_certain
from weighed
where is_certain or match_weight >= $stay_weight;

create or replace table rulings as
select
    least(a.n, b.n) as l,
    greatest(a.n, b.n) as r,
    decisions.verdict,
    epoch_us(decisions.decided_at) as rank,
from decisions
inner join records as a on a.record_id = decisions.record_l::uuid
inner join records as b on b.record_id = decisions.record_r::uuid
semi join dirty on dirty.n = a.n;

create or replace table was_person as
select records.n, old_links.person_id
from old_links
inner join records using (record_id)
semi join dirty using (n);

create or replace table gone_people as
select distinct person_id
from old_links
anti join (
    select person_id from old_links semi join records using (record_id)
) as here using (person_id);
