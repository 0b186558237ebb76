-- One row per live row of the wanted records, its words made plain.
-- Reads records, wanted, vault.identities and not_names; makes live, in memory.

create or replace table live as
with spoken as materialized (
    select
        records.n,
        records.live_rows,
        identities.* exclude (record_id),
    from vault.identities as identities
    inner join records on records.record_id = identities.record_id
    semi join wanted on wanted.n = records.n
    -- What a provider has withdrawn no longer says who anyone is.
    where identities.is_live
),

aged as (
    select spoken.*, 1 as age
    from spoken
    where live_rows = 1
    union all
    select
        spoken.*,
        -- The newest main row speaks first; an alias speaks where no main row does.
        row_number() over (
            partition by n
            order by kind = 'main', export_date, received_at, export_id, row_id
        ) as age,
    from spoken
    where live_rows > 1
),

plain as (
    select
        *,
        plain_name(forename) as given,
        plain_name(middle_name) as middle,
        plain_name(surname) as family,
        plain_name(previous_surname) as earlier,
        upper(trim(postcode)) as place,
    from aged
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
    given in (select name from not_names) as forename_is_no_name,
    family in (select name from not_names) as surname_is_no_name,
    birth_date < date '1905-01-01' as is_born_too_early,
    birth_date > coalesce(export_date, received_at::date) as is_born_later,
from plain;
