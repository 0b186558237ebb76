-- Pairs that share a number, and whether the rest agrees enough to be certain.
-- Reads found_pairs, standard and identifiers; makes pairs.

create or replace table pairs as
with usable as (
    select kind, identifier
    from identifiers
    group by kind, identifier
    -- Held by very many, a number is a placeholder and says nothing.
    having count(*) between 2 and $largest_group
),

held as (
    from identifiers semi join usable using (kind, identifier)
),

shared as (
    select distinct one.n as l, two.n as r
    from held as one
    inner join held as two using (kind, identifier)
    where two.n > one.n
),

certain as (
    select shared.l, shared.r
    from shared
    semi join found_pairs as pairs on pairs.l = shared.l and pairs.r = shared.r
    inner join standard as a on a.n = shared.l
    inner join standard as b on b.n = shared.r
    where (
        coalesce(births_agree(a, b), false)
        or coalesce(names_agree(a, b), false)
        or (
            coalesce(half_agrees(a, b), false)
            and coalesce(shares(a.birth_years, b.birth_years), false)
        )
    )
    and not coalesce(forenames_differ(a, b) and a.sex <> b.sex, false)
)

select found_pairs.l, found_pairs.r, found_pairs.rule, certain.l is not null as is_certain
from found_pairs
left join certain on certain.l = found_pairs.l and certain.r = found_pairs.r
order by found_pairs.l, found_pairs.r;
