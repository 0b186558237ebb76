-- One row per record, and one per number it holds.
-- Reads said and plain_told; makes identifiers and standard, in memory.

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
        arg_max(postcode_sector, age) as postcode_sector,
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
        sorted(list(postcode_sector)) as postcode_sectors,
        sorted(list(postcode_district)) as postcode_districts,
        sorted(list(nhs_number)) as nhs_numbers,
        sorted(list(pnc_number)) as pnc_numbers,
        sorted(flatten(list(name_words))) as name_words,
    from said
    group by n
)

select
    *,
    sorted(list_transform(birth_dates, lambda day: birth_key(day))) as birth_keys,
    sorted(list_transform(birth_dates, lambda day: left(day, 4))) as birth_years,
    sorted(list_transform(birth_dates, lambda day: left(day, 7))) as birth_months,
    sorted(list_transform(birth_dates, lambda day: right(day, 5))) as birth_days,
    -- Forename and surname in either order: one key for a swapped pair.
    if(
        length(forename) > 1,
        sorted(flatten(list_transform(forename_roots, lambda given:
            list_transform(surnames, lambda family:
                least(given, family) || ' ' || greatest(given, family)
            )
        ))),
        []
    ) as name_keys,
    sorted(list_transform(forename_roots, lambda name: left(name, 3)))
        as forename_starts,
    sorted(list_transform(surnames, lambda name: left(name, 4))) as surname_starts,
    -- Every two words of a name, whichever of them stands where.
    sorted(flatten(list_transform(name_words, lambda one:
        list_transform(
            list_filter(name_words, lambda other: other > one),
            lambda other: one || ' ' || other
        )
    ))) as word_pairs,
    if(sex is null, [], [sex]) as sexes,
from gathered
order by n;
