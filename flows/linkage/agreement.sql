-- When two standard records, a and b, agree in a name or a birth date, or differ.

-- Most lists hold one value: then there is nothing to look through.
create or replace macro shares(these, those) as (
    case
        when len(these) = 1 and len(those) = 1 then these[1] = those[1]
        else list_has_any(these, those)
    end
);
-- One sign is another, too many, missing or swapped with the next. Of two words of one
-- length a count of unlike places tells nearly always, and far faster.
create or replace macro differ_by_one(this, that) as (
    case
        when length(this) = length(that) then case
            when hamming(this, that) = 2 then damerau_levenshtein(this, that) <= 1
            else hamming(this, that) < 2
        end
        else damerau_levenshtein(this, that) <= 1
    end
);
create or replace macro differ_by_two(this, that) as (
    case
        when length(this) = length(that) then case
            when hamming(this, that) in (3, 4) then damerau_levenshtein(this, that) <= 2
            else hamming(this, that) < 3
        end
        else damerau_levenshtein(this, that) <= 2
    end
);
create or replace macro names_agree(a, b) as (
    shares(a.name_keys, b.name_keys)
    or (
        jaro_winkler_similarity(a.forename, b.forename) >= 0.9
        and jaro_winkler_similarity(a.surname, b.surname) >= 0.9
    )
);
create or replace macro births_agree(a, b) as (
    shares(a.birth_dates, b.birth_dates) or shares(a.birth_keys, b.birth_keys)
);
create or replace macro half_agrees(a, b) as (
    shares(a.surnames, b.surnames)
    or shares(a.forename_roots, b.forename_roots)
    or shares(a.initials_all, b.initials_all)
);
create or replace macro forenames_unlike(a, b, likeness) as (
    length(a.forename) > 1
    and length(b.forename) > 1
    and not shares(a.forename_roots, b.forename_roots)
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
    and not shares(a.initials_all, b.initials_all)
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
