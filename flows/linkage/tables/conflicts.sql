-- Pairs of records inside a component that are two people, however well the rest agrees.
-- Reads inside, standard and own_numbers; makes conflicts.

create or replace table conflicts as
with unlike as (
    select inside.l, inside.r
    from (from inside where differ_in_sex or differ_in_age) as inside
    inner join standard as a on a.n = inside.l
    inner join standard as b on b.n = inside.r
    -- Twins of two sexes, or a brother and sister at one address. Of one sex, an
    -- unlike forename is an alias or a middle name nine times in ten.
    where coalesce(
        inside.differ_in_sex
        and forenames_differ(a, b)
        and not list_contains(a.name_words, b.forename)
        and not list_contains(b.name_words, a.forename),
        false
    )
    -- Father and son: one name, one place, births a generation and a day apart.
    or coalesce(
        inside.differ_in_age
        and a.forename_root = b.forename_root
        and a.surname = b.surname
        and shares(a.postcode_sectors, b.postcode_sectors)
        and abs(
            try_cast(left(a.birth_date, 4) as int)
            - try_cast(left(b.birth_date, 4) as int)
        ) >= $junior_years
        and right(a.birth_date, 5) <> right(b.birth_date, 5),
        false
    )
),

numbers as (
    select distinct unlike.l, unlike.r
    from unlike
    inner join own_numbers as one on one.n = unlike.l
    inner join own_numbers as two
        on two.n = unlike.r and two.kind = one.kind
        and (two.number = one.number or differ_by_one(two.number, one.number))
)

select l, r from inside where hold_two_numbers
union
select unlike.l, unlike.r
from unlike
anti join numbers on numbers.l = unlike.l and numbers.r = unlike.r
order by l, r;
