-- Pairs that share a number, and whether the rest agrees enough to be certain.
-- Reads pairs, standard and identifiers; makes certain_pairs.

create or replace table certain_pairs as
with crowded as (
    select kind, identifier
    from identifiers
    group by kind, identifier
    -- Held by very many, a number is a placeholder and says nothing.
    having count(*) > $largest_group
),

shared as (
    select distinct pairs.l, pairs.r
    from pairs
    inner join identifiers as one on one.n = pairs.l
    inner join identifiers as two
        on two.n = pairs.r and two.kind = one.kind and two.identifier = one.identifier
    anti join crowded
        on crowded.kind = one.kind and crowded.identifier = one.identifier
)

select shared.l, shared.r
from shared
inner join standard as a on a.n = shared.l
inner join standard as b on b.n = shared.r
where (
    coalesce(births_agree(a, b), false)
    or coalesce(names_agree(a, b), false)
    or (
        coalesce(half_agrees(a, b), false)
        and coalesce(list_has_any(a.birth_years, b.birth_years), false)
    )
)
and not coalesce(forenames_differ(a, b) and a.sex <> b.sex, false)
order by shared.l, shared.r;
