-- Which edges and people are drawn: some of each band, the most doubtful, the largest.
-- Reads edges, judged, standard, bands, health; makes drawn, chosen, nodes and held, in
-- memory.

create or replace table drawn as
with weighed as (
    select
        least(a.n, b.n) as l,
        greatest(a.n, b.n) as r,
        max(bands.low) as band,
    from edges
    inner join bands on bands.low <= edges.match_weight
    inner join judged as a on a.record = edges.record_id_l
    inner join judged as b on b.record = edges.record_id_r
    semi join standard as s on s.n = a.n
    semi join standard as t on t.n = b.n
    group by a.n, b.n
)

select l, r
from weighed
qualify row_number() over (
    partition by band order by md5(concat_ws(' ', l, r))
) <= $edges_per_band;

create or replace table chosen as
with ranked as (
    select
        *,
        row_number() over (
            order by health <> 'ok' desc, records desc, person_id
        ) as doubt,
        row_number() over (order by records desc, person_id) as size,
    from health
    where records between 2 and $most_records
)

select person_id, records, health, reasons, doubt as place
from ranked
where (doubt <= $people and health <> 'ok') or size <= $people
order by place;

create or replace table nodes as
select
    judged.person_id,
    judged.record,
    judged.provider,
    coalesce(replace(standard.evidence, '_', ' '), 'nothing known') as evidence,
    row_number() over (
        partition by judged.person_id order by judged.provider, judged.record
    ) as number,
from judged
left join standard using (n)
semi join chosen using (person_id)
order by judged.person_id, number;

create or replace table held as
select a.person_id, a.number as one, b.number as other, edges.match_weight as weight
from edges
inner join nodes as a on a.record = edges.record_id_l
inner join nodes as b on b.record = edges.record_id_r and b.person_id = a.person_id
order by a.person_id, weight, one, other;
