-- One row for what a record says first and one for each alternative, in standard form.
-- Reads told, nicknames and not_names; makes plain_told and said, in memory.

create or replace table plain_told as
with plain as (
    select
        * exclude (forename, middle_name, surname, previous_surname, full_name),
        plain_name(forename) as given,
        plain_name(middle_name) as middle,
        no_suffix(plain_name(surname)) as family,
        no_suffix(plain_name(previous_surname)) as earlier,
        -- "Clifford, Thomas" is "Thomas Clifford".
        no_suffix(plain_name(if(
            regexp_matches(full_name, '^\s*[^, ]+\s*,\s*[^, ]+(\s+[^, ]+)?\s*$'),
            split_part(full_name, ',', 2) || ' ' || split_part(full_name, ',', 1),
            full_name
        ))) as whole,
    from told
),

named as (
    select
        * replace (
            if(given in (select name from not_names), null, given) as given,
            if(middle in (select name from not_names), null, middle) as middle,
            if(family in (select name from not_names), null, family) as family,
            if(earlier in (select name from not_names), null, earlier) as earlier,
            if(whole in (select name from not_names), null, whole) as whole
        ),
    from plain
)

select
    * replace (
        coalesce(given, split_part(whole, ' ', 1)) as given,
        coalesce(
            family,
            if(contains(whole, ' '), split_part(whole, ' ', -1), null)
        ) as family,
        coalesce(
            middle,
            if(
                given is null and family is null,
                nullif(array_to_string(string_split(whole, ' ')[2:-2], ' '), ''),
                null
            )
        ) as middle
    ),
    if(
        regexp_matches(squeezed(postcode), '^(ZZ99|NF1|NFA|NOFIXED)')
        or length(squeezed(postcode)) < 3,
        null,
        squeezed(postcode)
    ) as place,
from named;

create or replace table said as
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
    name_parts(family) as surname_parts,
    coalesce(left(given, 1), left(plain_name(forename_initial), 1)) as forename_initial,
    coalesce(left(family, 1), left(plain_name(surname_initial), 1)) as surname_initial,
    if(
        birth_date in ('1900-01-01', '1970-01-01', '9999-12-31', '2999-12-31',
            '3000-01-01', '0000-00-00', '1111-11-11'),
        null,
        birth_date
    ) as birth_date,
    case
        when lower(sex) in ('m', 'male', 'man', 'boy', '1', '1.0') then 'M'
        when lower(sex) in ('f', 'female', 'woman', 'girl', '2', '2.0') then 'F'
        when lower(sex) in ('u', 'x', '9', '0', 'not specified', 'indeterminate',
            'prefer not to say') then null
        else upper(left(sex, 8))
    end as sex,
    -- Of an outward code alone, such as SW1A, the district is all that is known.
    if(wider_place(place, 1) is null, null, place) as postcode,
    wider_place(place, 1) as postcode_sector,
    wider_place(place, 2) as postcode_district,
    nhs_number,
    pnc_number,
    cro_number,
    nino,
    noms_number,
    crn,
    social_security_number,
    list_filter(
        string_split(concat_ws(' ', given, middle, family, earlier, whole), ' '),
        lambda word: length(word) > 2
    ) as name_words,
from plain_told
left join nicknames on nicknames.nickname = split_part(plain_told.given, ' ', 1);
