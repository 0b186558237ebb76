-- One row per person record, and one per number it holds.
-- Reads said; makes new_identifiers and new_standard, in memory.

create or replace table new_identifiers as
select distinct n, kind, identifier
from said
unpivot (
    identifier for kind in (
        nhs_number, pnc_number, crn, noms_number, cro_number, nino,
        social_security_number, hashed_identifier
    )
)
order by kind, identifier, n;

create or replace table new_standard as
with spelt as (
    select
        *,
        forename_initial || surname_initial as initials,
        left(forename_root, 1) || surname_initial as root_initials,
        nullif(postcode_sector, '') as sector,
        nullif(postcode_district, '') as district,
        birth_key(birth_date) as birth_key,
        left(birth_date, 4) as birth_year,
        right(birth_date, 5) as birth_day,
    from said
),

gathered as (
    -- Most records have one row: nothing to gather.
    select
        n,
        forename,
        forename_root,
        middle_name,
        surname,
        initials,
        birth_date,
        sex,
        postcode,
        sector as postcode_sector,
        pnc_number,
        alone(forename_root) as forename_roots,
        if(
            earlier_surname is null and coalesce(surname_parts[1] = surname, true),
            alone(surname),
            sorted([surname, earlier_surname] || surname_parts)
        ) as surnames,
        if(len(surname_parts) > 1, sorted(surname_parts), surname_parts) as surname_parts,
        if(
            root_initials is null or root_initials = initials,
            alone(initials),
            sorted([initials, root_initials])
        ) as initials_all,
        alone(birth_date) as birth_dates,
        alone(birth_key) as birth_keys,
        alone(birth_year) as birth_years,
        alone(birth_day) as birth_days,
        alone(postcode) as postcodes,
        alone(sector) as postcode_sectors,
        alone(district) as postcode_districts,
        alone(nhs_number) as nhs_numbers,
        alone(pnc_number) as pnc_numbers,
        forename is null and surname is null and birth_date is null
            and forename_initial is null as is_bare,
    from spelt
    where live_rows = 1
    union all
    select
        n,
        arg_max(forename, age),
        arg_max(forename_root, age),
        arg_max(middle_name, age),
        arg_max(surname, age),
        arg_max(initials, age),
        arg_max(birth_date, age),
        arg_max(sex, age),
        arg_max(postcode, age),
        arg_max(sector, age),
        arg_max(pnc_number, age),
        sorted(list(forename_root)),
        sorted(list(surname) || list(earlier_surname) || flatten(list(surname_parts))),
        sorted(flatten(list(surname_parts))),
        sorted(list(initials) || list(root_initials)),
        sorted(list(birth_date)),
        sorted(list(birth_key)),
        sorted(list(birth_year)),
        sorted(list(birth_day)),
        sorted(list(postcode)),
        sorted(list(sector)),
        sorted(list(district)),
        sorted(list(nhs_number)),
        sorted(list(pnc_number)),
        bool_and(
            forename is null and surname is null and birth_date is null
            and forename_initial is null
        ),
    from spelt
    where live_rows > 1
    group by n
)

select
    *,
    -- Forename and surname in either order: one key for a swapped pair.
    case
        when forename is null or length(forename) = 1 or len(surnames) = 0 then []
        when len(forename_roots) = 1 and len(surnames) = 1 then
            [least(forename_root, surnames[1]) || ' ' || greatest(forename_root, surnames[1])]
        else list_sort(list_distinct(flatten(list_transform(forename_roots, lambda given:
            list_transform(surnames, lambda family:
                least(given, family) || ' ' || greatest(given, family)
            )
        ))))
    end as name_keys,
    -- What a link of this record rests on; the recipe of each is in policy.yml.
    $evidence as evidence,
from gathered
order by n;
