-- One row per person record, cleaned as Splink's guides do it and for these sources.
-- Reads raw and nicknames; makes cleaned.

create or replace macro letters(said) as
    nullif(regexp_replace(lower(strip_accents(said)), '[^a-z]', '', 'g'), '');
create or replace macro is_nhs_number(said) as (
    regexp_full_match(said, '[0-9]{10}') and (
        10 * said[1]::int + 9 * said[2]::int + 8 * said[3]::int + 7 * said[4]::int
        + 6 * said[5]::int + 5 * said[6]::int + 4 * said[7]::int + 3 * said[8]::int
        + 2 * said[9]::int + said[10]::int) % 11 = 0
);

create or replace table whole as
with parsed as (
    select
        -- Its place in the file: cheaper to match by than text.
        file_row_number as id,
        source,
        record_id,
        letters(regexp_replace(lower(trim(forename)), '^(mr|mrs|miss|ms|dr) +', '')) as fn,
        letters(surname) as sn,
        letters(split_part(replace(surname, ' ', '-'), '-', 1)) as sn1,
        letters(split_part(replace(surname, ' ', '-'), '-', 2)) as sn2,
        letters(middle_name) as mid,
        letters(alias_forename) as al_f,
        letters(alias_surname) as al_s,
        case source
            when 'fernshire_council' then try_strptime(birth_date, '%d/%m/%Y')
            when 'fernshire_probation' then try_strptime(birth_date, '%d %b %Y')
            else try_cast(birth_date as date)
        end::date as born,
        upper(replace(postcode, ' ', '')) as place,
        case upper(left(sex, 1)) when 'M' then 'M' when 'F' then 'F' when '1' then 'M'
            when '2' then 'F' end as sex,
        if(is_nhs_number(nhs_number), nhs_number, null) as nhs,
        regexp_extract(pnc_number, '^((?:19|20)?\d\d)/?(\d{1,7})([A-Z])$',
            ['year', 'serial', 'letter']) as pnc_parts,
    from raw
),

standard as (
    select
        * exclude (born, place, pnc_parts),
        born::varchar as dob,
        year(born)::integer as yob,
        strftime(born, '%m-%d') as md,
        strftime(born, '%m-%d') = '01-01' as is_new_year,
        if(day(born) <= 12, make_date(year(born), day(born), month(born))::varchar, null)
            as dob_swap,
        if(regexp_full_match(place, '[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}')
            and not starts_with(place, 'ZZ99'), place, null) as pc,
        if(pnc_parts.letter <> '', right(pnc_parts.year, 2) || '/'
            || lpad(pnc_parts.serial, 7, '0') || pnc_parts.letter, null) as pnc,
        coalesce(nicknames.root, fn) as fnr,
    from parsed
    left join nicknames on nicknames.nickname = parsed.fn
)

select
    *,
    fnr || ' ' || sn as rname,
    left(pc, length(pc) - 3) as pcd,
    left(pc, length(pc) - 2) as pcs,
from standard;

-- A name that few bear is worth a blocking rule of its own.
create or replace table cleaned as
select whole.*, if(held.k <= 12, whole.rname, null) as rare_name
from whole
left join (
    select rname, count(*) as k from whole
    where length(fn) > 1
    group by rname
) as held using (rname);
