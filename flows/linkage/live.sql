-- One row per live row of the vault, its words made plain.
-- Reads vault.keys, vault.identities and not_names; makes records and live, in memory.

create or replace table records as
select
    (row_number() over (order by id) - 1)::integer as n,
    id::varchar as record_id,
    min(provider) as provider,
from vault.keys
where kind = 'record'
group by id
order by n;

create or replace table live as
with matched as (
    select
        records.n,
        identities.* exclude (record_id),
        -- The newest main row speaks first; an alias speaks where no main row does.
        row_number() over (
            order by identities.kind = 'main', export_date, received_at, export_id, row_id
        ) as age,
        plain_name(forename) as given,
        plain_name(middle_name) as middle,
        plain_name(surname) as family,
        plain_name(previous_surname) as earlier,
        upper(trim(identities.postcode)) as place,
    from vault.identities as identities
    inner join records on records.record_id = identities.record_id::varchar
    -- What a provider has withdrawn no longer says who anyone is.
    where identities.is_live
)

select
    * replace (
        if(given in (select name from not_names), null, given) as given,
        if(family in (select name from not_names), null, family) as family,
        if(earlier in (select name from not_names), null, earlier) as earlier,
        if(middle in (select name from not_names), null, middle) as middle,
        case
            when birth_date < date '1905-01-01' then null
            when birth_date > coalesce(export_date, received_at::date) then null
            else birth_date
        end as birth_date,
        -- ZZ99 and NF1 are written where there is no address; the door nulls them, and
        -- what landed before it did stays out here.
        case
            when not regexp_matches(place, '^(ZZ99|NF1\b)') then
                if_like(place, '^[A-Z]{1,2}\d[A-Z0-9]?( \d([A-Z]{2})?)?$')
        end as place
    ),
from matched;
