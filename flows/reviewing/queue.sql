-- One row per question to a reviewer, in the order they are asked.
-- Reads edges, people, cores, decisions, bands and sitting (in memory) and the vault;
-- makes answers, bands_linked, in_band, drawn, seconds and questions, in memory.

create or replace table answers as
select
    decision_id::varchar as decision_id,
    record_l::varchar as record_l,
    record_r::varchar as record_r,
    verdict,
    source,
    decided_by,
    decided_at,
from vault.link_decisions
where undone_at is null;

-- Edges inside people, by the band of their weight: what the model has linked.
create or replace table bands_linked as
select
    edges.record_id_l as record_l,
    edges.record_id_r as record_r,
    max(bands.low) as band,
from edges
inner join people as a on a.record_id = edges.record_id_l
inner join people as b on b.record_id = edges.record_id_r
inner join bands on bands.low <= edges.match_weight
where a.person_id = b.person_id
group by all;

-- The heaviest edge between two cores stands for them all: one question for two people.
create or replace table in_band as
with between_cores as (
    select
        edges.record_id_l as record_l,
        edges.record_id_r as record_r,
        edges.match_weight,
        least(a.core, b.core) as core_l,
        greatest(a.core, b.core) as core_r,
    from edges
    inner join cores as a on a.record_id = edges.record_id_l
    inner join cores as b on b.record_id = edges.record_id_r
    cross join sitting
    where edges.match_weight >= sitting.band_low
        and edges.match_weight < sitting.band_high
        and a.core <> b.core
),

settled as (
    select record_l, record_r from decisions where verdict = 'unlink'
    union
    select record_l, record_r from answers
    where decided_by = (select reviewer from sitting)
),

settled_cores as (
    select distinct least(a.core, b.core) as core_l, greatest(a.core, b.core) as core_r
    from settled
    inner join cores as a on a.record_id = settled.record_l
    inner join cores as b on b.record_id = settled.record_r
)

select * from between_cores
anti join settled_cores using (core_l, core_r)
qualify row_number() over (
    partition by core_l, core_r order by match_weight desc, record_l, record_r
) = 1;

create or replace table drawn as
select bands_linked.record_l, bands_linked.record_r
from bands_linked
cross join sitting
qualify row_number() over (
    partition by band order by md5(sitting.run_id || record_l || record_r)
) <= (select sample_per_band from sitting);

-- What another reviewer answered, as often as the share says, and nobody else since.
create or replace table seconds as
select
    record_l,
    record_r,
    arg_min(source, decided_at) as source,
from answers
where source <> 'command'
group by record_l, record_r
having count(distinct decided_by) = 1
    and any_value(decided_by) <> (select reviewer from sitting)
    and md5_number_lower(min(decision_id)) / 18446744073709551616.0
        < (select second_share from sitting);

create or replace table questions as
with newest as (
    select record_id::varchar as record_id, max(received_at)::date as day
    from vault.identities
    where is_live
    group by record_id
),

sides as (
    select record_l, record_r, record_l as record_id from in_band
    union all
    select record_l, record_r, record_r from in_band
),

stakes as (
    select
        sides.record_l,
        sides.record_r,
        count(distinct members.provider) as providers,
        count(distinct members.record_id) as records,
    from sides
    inner join people as asked using (record_id)
    inner join people as members on members.person_id = asked.person_id
    group by sides.record_l, sides.record_r
),

blind as (
    select record_l, record_r, 'sample' as source from drawn
    anti join answers using (record_l, record_r)
    union all
    select record_l, record_r, source from seconds
),

blind_cores as (
    select
        blind.*,
        least(a.core, b.core) as core_l,
        greatest(a.core, b.core) as core_r,
    from blind
    inner join cores as a on a.record_id = blind.record_l
    inner join cores as b on b.record_id = blind.record_r
),

ranked as (
    select
        in_band.record_l,
        in_band.record_r,
        'review' as source,
        in_band.core_l,
        in_band.core_r,
        row_number() over (
            order by
                greatest(l.day, r.day) desc nulls last,
                stakes.providers desc,
                stakes.records desc,
                in_band.record_l,
                in_band.record_r
        )::double as place,
    from in_band
    inner join stakes using (record_l, record_r)
    left join newest as l on l.record_id = in_band.record_l
    left join newest as r on r.record_id = in_band.record_r
    anti join blind_cores using (core_l, core_r)
),

mixed as (
    from ranked
    union all
    select
        blind_cores.*,
        (md5_number_lower(sitting.run_id || record_r || record_l)
            / 18446744073709551616.0)
            * (least(sitting.most, (select count(*) from ranked)) + 1) as place,
    from blind_cores
    cross join sitting
)

select * exclude (place), row_number() over (order by place, record_l, record_r) as n
from mixed
order by n
limit (select most from sitting);
