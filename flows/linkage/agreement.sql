-- When two standard records, a and b, agree in a name or a birth date, or differ.

create or replace macro names_agree(a, b) as (
    list_has_any(a.name_keys, b.name_keys)
    or (
        jaro_winkler_similarity(a.forename, b.forename) >= 0.9
        and jaro_winkler_similarity(a.surname, b.surname) >= 0.9
    )
);
create or replace macro births_agree(a, b) as (
    list_has_any(a.birth_dates, b.birth_dates) or list_has_any(a.birth_keys, b.birth_keys)
);
create or replace macro half_agrees(a, b) as (
    list_has_any(a.surnames, b.surnames)
    or list_has_any(a.forename_roots, b.forename_roots)
    or list_has_any(a.initials_all, b.initials_all)
);
create or replace macro forenames_unlike(a, b, likeness) as (
    length(a.forename) > 1
    and length(b.forename) > 1
    and not list_has_any(a.forename_roots, b.forename_roots)
    and jaro_winkler_similarity(a.forename, b.forename) < likeness
    and not starts_with(a.forename, b.forename)
    and not starts_with(b.forename, a.forename)
    and a.forename is distinct from b.middle_name
    and b.forename is distinct from a.middle_name
    and not coalesce(a.forename = b.surname and a.surname = b.forename, false)
);
create or replace macro forenames_differ(a, b) as (forenames_unlike(a, b, 0.75));
-- Not the two letters of this name, in either order.
create or replace macro initials_differ(a, b) as (
    a.initials is not null
    and b.initials is not null
    and not list_has_any(a.initials_all, b.initials_all)
    and not list_contains(b.initials_all, right(a.initials, 1) || left(a.initials, 1))
);
-- Two of day, month and year differ, and 1 January does not stand for "not known".
create or replace macro births_differ(a, b) as (
    not births_agree(a, b)
    and right(a.birth_date, 5) <> '01-01'
    and right(b.birth_date, 5) <> '01-01'
    and (a.birth_date[1:4] <> b.birth_date[1:4])::int
    + (a.birth_date[6:7] <> b.birth_date[6:7])::int
    + (a.birth_date[9:10] <> b.birth_date[9:10])::int >= 2
);
