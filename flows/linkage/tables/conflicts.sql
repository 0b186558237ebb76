-- Pairs of records inside a component that are two people, however well the rest agrees.
-- Reads inside (l, r), standard, identifiers and own_numbers; makes conflicts.

create or replace table conflicts as
with numbers as (
    select l, r
    from inside
    inner join own_numbers as one on one.n = inside.l
    inner join own_numbers as two
        on two.n = inside.r and two.kind = one.kind
        and (two.number = one.number or damerau_levenshtein(two.number, one.number) <= 1)
    group by l, r
),

apart as (
    select l, r
    from inside
    inner join identifiers as one on one.n = inside.l
    inner join identifiers as two on two.n = inside.r and two.kind = one.kind
    where one.kind in ($guarded)
    group by l, r, one.kind
    having not bool_or(one.identifier = two.identifier)
),

unlike as (
    select
        inside.l,
        inside.r,
        -- Twins of two sexes, or a brother and sister at one address. Of one sex, an
        -- unlike forename is an alias or a middle name nine times in ten.
        coalesce(
            a.sex <> b.sex
            and forenames_differ(a, b)
            and not list_contains(a.name_words, b.forename)
            and not list_contains(b.name_words, a.forename),
            false
        ) as differ_in_sex,
        -- Father and son: one name, one place, births a generation and a day apart.
        coalesce(
            a.forename_root = b.forename_root
            and a.surname = b.surname
            and list_has_any(a.postcode_sectors, b.postcode_sectors)
            and abs(
                try_cast(left(a.birth_date, 4) as int)
                - try_cast(left(b.birth_date, 4) as int)
            ) >= $junior_years
            and right(a.birth_date, 5) <> right(b.birth_date, 5),
            false
        ) as are_generations,
    from inside
    inner join standard as a on a.n = inside.l
    inner join standard as b on b.n = inside.r
)

select l, r from apart
union
select unlike.l, unlike.r
from unlike
anti join numbers on numbers.l = unlike.l and numbers.r = unlike.r
where differ_in_sex or are_generations
order by l, r;
