-- What linking leaves behind: who is who, the edges, and the state of each person.
-- Reads groups, named, records, dirty, near_edges, weighed and old tables; makes the
-- new_<file> tables that are written, in memory.

create or replace table new_person_links as
with grouped as (
    select
        groups.*,
        records.record_id,
        named.person_id,
        min(named.person_id) over (partition by groups.loose) as loose_person_id,
        min(records.record_id) over (partition by groups.strict) as first_record,
    from groups
    inner join records using (n)
    inner join named using (label)
),

-- Put in order as 16 bytes, not as 36 letters: the order is the same.
linked as (
    select
        record_id,
        person_id,
        -- The strict group that holds a person's first record is that person.
        if(
            strict = label, person_id, md5(person_id || '|' || first_record)::uuid::varchar
        ) as strict_person_id,
        loose_person_id,
    from grouped
    union all
    select old_links.*
    from old_links
    inner join records using (record_id)
    anti join dirty using (n)
    order by record_id
)

select * replace (record_id::varchar as record_id) from linked;

create or replace table new_edges as
with joined as (
    select
        least(a.record_id, b.record_id) as record_id_l,
        greatest(a.record_id, b.record_id) as record_id_r,
        weighed.match_weight,
        weighed.match_rule,
        weighed.is_certain,
        weighed.evidence,
    from weighed
    inner join records as a on a.n = weighed.l
    inner join records as b on b.n = weighed.r
    union all
    select old_edges.*
    from old_edges
    semi join unchanged as a on a.record_id = old_edges.record_id_l
    semi join unchanged as b on b.record_id = old_edges.record_id_r
    order by record_id_l, record_id_r
)

select
    * replace (
        record_id_l::varchar as record_id_l, record_id_r::varchar as record_id_r
    ),
from joined;

create or replace table next_records as
select
    records.n,
    records.record_id,
    records.stamp,
    components.component,
    if(changed.n is null, known_records.evidence, standard.evidence) as evidence,
from records
inner join components using (n)
left join changed using (n)
left join standard using (n)
left join known_records using (n)
order by n;

create or replace table outdated_records as
select n from dirty union select n from gone;
create or replace table evidenced as
select n, evidence from next_records
union all
select n, evidence from known_records where n not in (from outdated_records);
create or replace table outdated_keys as
select n from changed union select n from gone;
create or replace table outdated_rejections as from outdated_keys;
create or replace table next_keys as from block_keys;
create or replace table next_rejections as
select rejections.* from rejections semi join changed using (n);
create or replace table rejected as
select records.provider, told.reason
from (
    from next_rejections
    union all
    from known_rejections where n not in (from outdated_rejections)
) as told
inner join records using (n);
create or replace table next_crowded as from crowded;
create or replace table next_terms as from terms;
create or replace table next_rulings as from decisions;
