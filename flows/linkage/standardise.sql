-- One standard row per person record, from its live rows in the vault.
-- Reads vault.identities and vault.keys, nicknames, not_names; makes records, identifiers
-- and standard, all in memory.

create or replace macro plain_name(said) as (
    nullif(trim(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        lower(strip_accents(trim(said))),
        '^(mig_error_|duplicate_|no_show_)+', ''),
        '^((mr|mrs|miss|ms|mx|dr|sir|prof|rev)\.?\s+)+', ''),
        '[\s_/-]+', ' ', 'g'),
        '[^\p{L} ]', '', 'g')), '')
);
create or replace macro joined(name) as (nullif(replace(name, ' ', ''), ''));
create or replace macro sorted(list_of) as (
    coalesce(list_sort(list_distinct(list_filter(list_of, lambda x: x is not null))), [])
);
create or replace macro plain_number(said) as (
    nullif(regexp_replace(upper(said), '[^A-Z0-9/]', '', 'g'), '')
);
-- 2001/123456X, 01/123456X and 20010123456X are one PNC number: 2001/0123456X.
create or replace macro pnc_parts(said) as (
    regexp_extract(said, '^((?:19|20)?\d\d)(?:/(\d{1,7})|(\d{7}))([A-Z])$',
        ['year', 'short', 'long', 'letter'])
);
create or replace macro pnc(said) as (
    case when pnc_parts(said).letter <> '' then
        case
            when length(pnc_parts(said).year) = 4 then ''
            when pnc_parts(said).year <= '40' then '20'
            else '19'
        end
        || pnc_parts(said).year || '/'
        || lpad(pnc_parts(said).short || pnc_parts(said).long, 7, '0')
        || pnc_parts(said).letter
    end
);
create or replace macro if_like(said, pattern) as (
    case when regexp_matches(said, pattern) then said end
);

create or replace table records as
select
    (row_number() over (order by id) - 1)::integer as n,
    id as record_id,
    min(provider) as provider,
from vault.keys
where kind = 'record'
group by id
order by n;

create or replace table said as
with live as (
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
    inner join records on records.record_id = identities.record_id
    -- What a provider has withdrawn no longer says who anyone is.
    where identities.is_live
),

named as (
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
            -- ZZ99 and NF1 are written where there is no address.
            case
                when not regexp_matches(place, '^(ZZ99|NF1\b)') then
                    if_like(place, '^[A-Z]{1,2}\d[A-Z0-9]?( \d([A-Z]{2})?)?$')
            end as place
        ),
    from live
)

select
    n,
    age,
    split_part(given, ' ', 1) as forename,
    coalesce(nicknames.root, split_part(given, ' ', 1)) as forename_root,
    coalesce(
        split_part(middle, ' ', 1), nullif(split_part(given, ' ', 2), '')
    ) as middle_name,
    joined(family) as surname,
    joined(earlier) as earlier_surname,
    -- Lee-Jones may be Lee or Jones elsewhere; the van of van Dyk is no name.
    if(
        contains(family, ' '),
        list_filter(
            string_split(family, ' '),
            lambda part: length(part) > 2
            and part not in ('van', 'von', 'der', 'den', 'del', 'los', 'bin', 'mac')
        ),
        [joined(family)]
    ) as surname_parts,
    coalesce(left(given, 1), left(plain_name(forename_initial), 1)) as forename_initial,
    coalesce(left(family, 1), left(plain_name(surname_initial), 1)) as surname_initial,
    strftime(birth_date, '%Y-%m-%d') as birth_date,
    case sex_type when 'male' then 'M' when 'female' then 'F' end as sex,
    if_like(place, '[A-Z]{2}$') as postcode,
    regexp_extract(place, '^\S+ \d') as postcode_sector,
    split_part(place, ' ', 1) as postcode_district,
    if_like(regexp_replace(nhs_number, '\D', '', 'g'), '^\d{10}$') as nhs_number,
    pnc(plain_number(pnc_number)) as pnc_number,
    if_like(plain_number(cro_number), '^(SF\d\d/)?\d{1,6}(/\d\d)?[A-Z]$') as cro_number,
    -- The last letter of a National Insurance number is often left out.
    nullif(regexp_extract(plain_number(nino), '^([A-Z]{2}\d{6})[A-Z]?$', 1), '') as nino,
    if_like(plain_number(noms_number), '^[A-Z]\d{4}[A-Z]{2}$') as noms_number,
    plain_number(crn) as crn,
    if_like(
        regexp_replace(social_security_number, '\D', '', 'g'), '^\d{9}$'
    ) as social_security_number,
from named
left join nicknames on nicknames.nickname = split_part(named.given, ' ', 1);

create or replace table identifiers as
select distinct n, kind, identifier
from said
unpivot (
    identifier for kind in (
        nhs_number, pnc_number, crn, noms_number, cro_number, nino,
        social_security_number
    )
)
order by kind, identifier, n;

create or replace table standard as
with gathered as (
    select
        n,
        arg_max(forename, age) as forename,
        arg_max(forename_root, age) as forename_root,
        arg_max(middle_name, age) as middle_name,
        arg_max(surname, age) as surname,
        arg_max(forename_initial || surname_initial, age) as initials,
        arg_max(birth_date, age) as birth_date,
        arg_max(sex, age) as sex,
        arg_max(postcode, age) as postcode,
        arg_max(nullif(postcode_sector, ''), age) as postcode_sector,
        arg_max(pnc_number, age) as pnc_number,
        sorted(list(forename_root)) as forename_roots,
        sorted(list(surname) || list(earlier_surname) || flatten(list(surname_parts)))
            as surnames,
        sorted(flatten(list(surname_parts))) as surname_parts,
        sorted(
            list(forename_initial || surname_initial)
            || list(left(forename_root, 1) || surname_initial)
        ) as initials_all,
        sorted(list(birth_date)) as birth_dates,
        sorted(list(postcode)) as postcodes,
        sorted(list(nullif(postcode_sector, ''))) as postcode_sectors,
        sorted(list(nullif(postcode_district, ''))) as postcode_districts,
        sorted(list(nhs_number)) as nhs_numbers,
        sorted(list(pnc_number)) as pnc_numbers,
        bool_and(
            forename is null and surname is null and birth_date is null
            and forename_initial is null
        ) as is_bare,
    from said
    group by n
)

select
    *,
    -- A day up to the 12th may stand where the month belongs: one key for both.
    list_sort(list_distinct(list_transform(birth_dates, lambda day: if(
        right(day, 2) <= '12',
        left(day, 5) || least(day[6:7], day[9:10]) || greatest(day[6:7], day[9:10]),
        replace(day, '-', '')
    )))) as birth_keys,
    list_sort(list_distinct(list_transform(birth_dates, lambda day: left(day, 4))))
        as birth_years,
    list_sort(list_distinct(list_transform(birth_dates, lambda day: right(day, 5))))
        as birth_days,
    -- Forename and surname in either order: one key for a swapped pair.
    if(
        length(forename) > 1,
        list_sort(list_distinct(flatten(list_transform(forename_roots, lambda given:
            list_transform(surnames, lambda family:
                least(given, family) || ' ' || greatest(given, family)
            )
        )))),
        []
    ) as name_keys,
from gathered
order by n;
