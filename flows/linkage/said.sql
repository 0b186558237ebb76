-- One row per live row of the vault, every field in its standard form.
-- Reads live, nicknames and not_hashes; makes said, in memory.

create or replace table said as
select
    n,
    live_rows,
    age,
    split_part(given, ' ', 1) as forename,
    coalesce(nicknames.root, split_part(given, ' ', 1)) as forename_root,
    coalesce(
        split_part(middle, ' ', 1), nullif(split_part(given, ' ', 2), '')
    ) as middle_name,
    joined(family) as surname,
    joined(earlier) as earlier_surname,
    name_parts(family) as surname_parts,
    coalesce(left(given, 1), left(plain_name(forename_initial), 1)) as forename_initial,
    coalesce(left(family, 1), left(plain_name(surname_initial), 1)) as surname_initial,
    strftime(birth_date, '%Y-%m-%d') as birth_date,
    case sex_type when 'male' then 'M' when 'female' then 'F' end as sex,
    if_like(place, '[A-Z]{2}$') as postcode,
    regexp_extract(place, '^\S+ \d') as postcode_sector,
    split_part(place, ' ', 1) as postcode_district,
    nhs(regexp_replace(nhs_number, '\D', '', 'g')) as nhs_number,
    pnc(plain_number(pnc_number)) as pnc_number,
    cro(plain_number(cro_number)) as cro_number,
    nino(nino) as nino,
    noms(noms_number) as noms_number,
    plain_number(crn) as crn,
    if_like(
        regexp_replace(social_security_number, '\D', '', 'g'), '^\d{9}$'
    ) as social_security_number,
    -- A scheme may stand before the hash: MD5 of nothing is nothing under any name.
    case
        when split_part(lower(trim(hashed_identifier)), ':', -1)
            not in (select hash from not_hashes)
            then nullif(lower(trim(hashed_identifier)), '')
    end as hashed_identifier,
from live
left join nicknames on nicknames.nickname = split_part(live.given, ' ', 1);
