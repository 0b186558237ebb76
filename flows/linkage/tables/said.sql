-- One row for what a record says first and one for each alternative, in standard form.
-- Reads told and nicknames; makes said, in memory.

create or replace table said as
with named as (
    select
        *,
        coalesce(forename, split_part(full_name, ' ', 1)) as given,
        coalesce(
            surname,
            if(contains(full_name, ' '), split_part(full_name, ' ', -1), null)
        ) as family,
        coalesce(
            middle_name,
            if(
                forename is null and surname is null,
                nullif(array_to_string(string_split(full_name, ' ')[2:-2], ' '), ''),
                null
            )
        ) as middle,
        split_part(given, ' ', 1) as first_given,
    from told
)

select
    n,
    age,
    first_given as forename,
    coalesce(nicknames.root, first_given) as forename_root,
    coalesce(
        split_part(middle, ' ', 1), nullif(split_part(given, ' ', 2), '')
    ) as middle_name,
    joined(family) as surname,
    joined(previous_surname) as earlier_surname,
    name_parts(family) as surname_parts,
    coalesce(left(given, 1), forename_initial) as forename_initial,
    coalesce(left(family, 1), surname_initial) as surname_initial,
    birth_date,
    sex,
    -- Of an outward code alone, such as SW1A, the district is all that is known.
    if(sector is null, null, postcode) as postcode,
    sector as postcode_sector,
    wider_place(postcode, 2) as postcode_district,
    nhs_number,
    pnc_number,
    cro_number,
    nino,
    noms_number,
    crn,
    social_security_number,
    list_distinct(list_filter(
        string_split(
            concat_ws(' ', given, middle, family, previous_surname, full_name), ' '
        ),
        lambda word: length(word) > 2
    )) as name_words,
from (select *, wider_place(postcode, 1) as sector from named)
left join nicknames on nicknames.nickname = first_given;
