-- One row per person record of the vault, numbered once and for good, and what changed.
-- Reads vault.keys, vault.identities and known_records; makes records and changed, in
-- memory. A stamp is a hash over a record's live rows: it changes when one of them does.

create or replace table records as
with stamped as (
    select
        record_id,
        bit_xor(hash(hash(identities), 'a'))::ubigint as stamp,
        count(*)::integer as live_rows,
    from vault.identities as identities
    where is_live
    group by record_id
),

held as (
    select id as record_id, min(provider) as provider
    from vault.keys
    where kind = 'record'
    group by id
),

described as (
    select
        held.record_id,
        held.provider,
        known_records.n,
        coalesce(stamped.live_rows, 0) as live_rows,
        coalesce(stamped.stamp, 0) as stamp,
        known_records.stamp is distinct from coalesce(stamped.stamp, 0) as is_changed,
    from held
    left join stamped using (record_id)
    left join known_records using (record_id)
)

select
    coalesce(
        n,
        (select coalesce(max(n) + 1, 0) from known_records)
        + row_number() over (partition by n is null order by record_id) - 1
    )::integer as n,
    record_id,
    provider,
    live_rows,
    stamp,
    is_changed,
from described
order by n;

create or replace table changed as
select n from records where is_changed;

create or replace table gone as
select n from known_records anti join records using (record_id);
