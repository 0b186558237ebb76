-- One row per record, and one per number it holds.
-- Reads said and others; makes identifiers and standard, in memory, and key_lists.

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

-- What a record says first and what it says beside that, all different.
create or replace macro together(first_of, more_of) as (
    case
        when more_of is null then alone(first_of)
        else sorted(list_append(more_of, first_of))
    end
);
-- Records that say one thing alone, nearly all of them, need no gathering.
create or replace table standard as
with more as (
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
        list(forename_root) as forename_roots,
        list(surname) as surnames,
        list(earlier_surname) as earlier_surnames,
        flatten(list(surname_parts)) as surname_parts,
        list(forename_initial || surname_initial)
        || list(left(forename_root, 1) || surname_initial) as initials_all,
        list(birth_date) as birth_dates,
        list(postcode) as postcodes,
        list(postcode_sector) as postcode_sectors,
        list(postcode_district) as postcode_districts,
        list(nhs_number) as nhs_numbers,
        list(pnc_number) as pnc_numbers,
        flatten(list(name_words)) as name_words,
    from said
    where age < 0
    group by n
),

gathered as (
    select
        n,
        coalesce(said.forename, more.forename) as forename,
        coalesce(said.forename_root, more.forename_root) as forename_root,
        coalesce(said.middle_name, more.middle_name) as middle_name,
        coalesce(said.surname, more.surname) as surname,
        coalesce(said.forename_initial || said.surname_initial, more.initials) as initials,
        coalesce(said.birth_date, more.birth_date) as birth_date,
        coalesce(said.sex, more.sex) as sex,
        coalesce(said.postcode, more.postcode) as postcode,
        coalesce(said.postcode_sector, more.postcode_sector) as postcode_sector,
        coalesce(said.pnc_number, more.pnc_number) as pnc_number,
        together(said.forename_root, more.forename_roots) as forename_roots,
        case
            when more.n is null and earlier_surname is null and len(said.surname_parts) < 2
                then alone(said.surname)
            else sorted(
                [said.surname, earlier_surname] || said.surname_parts
                || coalesce(more.surnames || more.earlier_surnames || more.surname_parts, [])
            )
        end as surnames,
        if(
            more.n is null,
            said.surname_parts,
            sorted(said.surname_parts || more.surname_parts)
        ) as surname_parts,
        if(
            more.n is null and left(said.forename_root, 1) = said.forename_initial,
            alone(said.forename_initial || said.surname_initial),
            sorted(
                [
                    said.forename_initial || said.surname_initial,
                    left(said.forename_root, 1) || said.surname_initial
                ]
                || coalesce(more.initials_all, [])
            )
        ) as initials_all,
        together(said.birth_date, more.birth_dates) as birth_dates,
        together(said.postcode, more.postcodes) as postcodes,
        together(said.postcode_sector, more.postcode_sectors) as postcode_sectors,
        together(said.postcode_district, more.postcode_districts) as postcode_districts,
        together(said.nhs_number, more.nhs_numbers) as nhs_numbers,
        together(said.pnc_number, more.pnc_numbers) as pnc_numbers,
        if(
            more.n is null,
            said.name_words,
            sorted(said.name_words || more.name_words)
        ) as name_words,
    from said
    left join more using (n)
    where said.age = 0
)

select
    gathered.*,
    once_each(list_transform(birth_dates, lambda day: birth_key(day))) as birth_keys,
    once_each(list_transform(birth_dates, lambda day: left(day, 4))) as birth_years,
    -- Forename and surname in either order: one key for a swapped pair.
    case
        when forename is null or length(forename) < 2 then []
        when len(forename_roots) = 1 and len(surnames) = 1 then [
            least(forename_roots[1], surnames[1]) || ' '
            || greatest(forename_roots[1], surnames[1])
        ]
        else list_distinct(flatten(list_transform(forename_roots, lambda given:
            list_transform(surnames, lambda family:
                least(given, family) || ' ' || greatest(given, family)
            )
        )))
    end as name_keys,
    others.* exclude (n),
from gathered
inner join others using (n);

-- What records may share, told apart as finely as a rule of blocking asks.
create or replace view key_lists as
select
    *,
    once_each(list_transform(birth_dates, lambda day: left(day, 7))) as birth_months,
    once_each(list_transform(birth_dates, lambda day: right(day, 5))) as birth_days,
    once_each(list_transform(forename_roots, lambda name: left(name, 3)))
        as forename_starts,
    once_each(list_transform(surnames, lambda name: left(name, 4))) as surname_starts,
    -- Every two words of a name, whichever of them stands where.
    flatten(list_transform(name_words, lambda one:
        list_transform(
            list_filter(name_words, lambda other: other > one),
            lambda other: one || ' ' || other
        )
    )) as word_pairs,
    alone(sex) as sexes,
from standard;
