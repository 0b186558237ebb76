-- One row per pair that shares a number, and whether the rest agrees enough to be
-- certain. Reads pairs, standard and identifiers; makes certain_pairs, in memory.

create or replace table certain_pairs as
with shared as (
    select pairs.l, pairs.r, a.kind
    from pairs
    inner join identifiers as a on a.n = pairs.l
    inner join identifiers as b
        on b.n = pairs.r and b.kind = a.kind and b.identifier = a.identifier
    where pairs.rule < $number_rules
)

select
    shared.l,
    shared.r,
    bool_or(coalesce(
        (
            (
                coalesce(births_agree(a, b), false)
                or coalesce(names_agree(a, b), false)
                or (
                    coalesce(half_agrees(a, b), false)
                    and shares(a.birth_years, b.birth_years)
                )
            )
            and not (coalesce(forenames_differ(a, b), false) and a.sex <> b.sex)
        )
        -- A report that names people by their case reference, or its hash, alone.
        or (shared.kind in ('crn', 'hashed_identifier') and (a.is_bare or b.is_bare)),
        false
    )) as is_certain,
from shared
inner join standard as a on a.n = shared.l
inner join standard as b on b.n = shared.r
group by shared.l, shared.r;
